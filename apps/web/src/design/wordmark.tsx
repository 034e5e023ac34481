import { Group, Text } from "@mantine/core";

/** The mark and the name; the mark alone says nothing to a screen reader. */
export function Wordmark({ size = 28 }: { readonly size?: number }) {
  return (
    <Group gap={10} wrap="nowrap">
      <img src="/icon.svg" width={size} height={size} alt="" />
      <Text ff="heading" fw={600} fz={size * 0.75} lh={1}>
        Relite
      </Text>
    </Group>
  );
}
