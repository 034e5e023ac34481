import { ActionIcon, Code, CopyButton, Group, Tooltip } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

interface Props {
  readonly text: string;
  readonly name: string;
  /** For what is typed off the screen as well: over several lines, not cut. */
  readonly isWhole?: boolean;
}

const cut = { overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" } as const;
const whole = { overflowWrap: "anywhere", whiteSpace: "normal" } as const;

/** A long value on one line, cut in the middle of the screen but copied whole. */
export function CopyText({ text, name, isWhole = false }: Props) {
  const { t } = useTranslation();
  return (
    <Group gap={4} wrap="nowrap">
      <Code style={isWhole ? whole : cut} title={isWhole ? undefined : text}>
        {text}
      </Code>
      <CopyButton value={text} timeout={1_500}>
        {({ copied, copy }) => (
          <Tooltip label={t(copied ? "shell.copied" : "shell.copyValue", { name })}>
            <ActionIcon
              variant="subtle"
              color="gray"
              size="sm"
              onClick={copy}
              aria-label={t("shell.copyValue", { name })}
            >
              {copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
            </ActionIcon>
          </Tooltip>
        )}
      </CopyButton>
    </Group>
  );
}
