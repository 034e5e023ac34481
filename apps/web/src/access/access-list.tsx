import { Skeleton, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { FailureNotice } from "../design/failure-notice.tsx";
import { accessFailure } from "./endpoint-access.ts";

interface Props<Row> {
  readonly name: string;
  /** Where its rows are kept, and what asks for them. */
  readonly queryKey: readonly string[];
  readonly rows: () => Promise<readonly Row[]>;
  /** Said when there are none. */
  readonly empty: string;
  readonly children: (row: Row) => ReactNode;
}

/** Rows that the endpoint tells: being asked for, refused, none, or there. */
export function AccessList<Row>({ name, queryKey, rows, empty, children }: Props<Row>) {
  const list = useQuery({ queryKey, queryFn: rows, retry: false });
  if (list.isPending) return <Skeleton height={40} />;
  if (list.data === undefined)
    return <FailureNotice failure={accessFailure(list.error)} onRetry={() => void list.refetch()} />;
  if (list.data.length === 0)
    return (
      <Text size="sm" c="dimmed">
        {empty}
      </Text>
    );
  return (
    <Stack gap="md" component="ul" m={0} p={0} style={{ listStyle: "none" }} aria-label={name}>
      {list.data.map(children)}
    </Stack>
  );
}
