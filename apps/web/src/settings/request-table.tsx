import { Badge, Button, Collapse, Table, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import type { RequestLog } from "@relite/core/sync";
import { useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../design/use-format.ts";

const shown = 20;

/** The last requests of sync, newest first; never a token (SY10). */
export function RequestTable({ log }: { readonly log: RequestLog }) {
  const { t } = useTranslation();
  const [isOpen, { toggle }] = useDisclosure(false);
  const entries = useSyncExternalStore(log.subscribe, log.entries);
  return (
    <div>
      <Button variant="subtle" size="compact-sm" px={0} onClick={toggle} aria-expanded={isOpen}>
        {t("settings.requests", { count: entries.length })}
      </Button>
      <Collapse expanded={isOpen}>
        {entries.length === 0 ? (
          <Text size="sm" c="dimmed" mt="xs">
            {t("settings.noRequests")}
          </Text>
        ) : (
          <Table.ScrollContainer minWidth={480} mt="xs">
            <Table verticalSpacing={6} fz="xs" aria-label={t("settings.requestsTable")}>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{t("settings.request.when")}</Table.Th>
                  <Table.Th>{t("settings.request.method")}</Table.Th>
                  <Table.Th>{t("settings.request.path")}</Table.Th>
                  <Table.Th>{t("settings.request.status")}</Table.Th>
                  <Table.Th ta="right">{t("settings.request.ms")}</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {entries
                  .slice(-shown)
                  .reverse()
                  .map((entry) => (
                    <RequestRow key={`${entry.atMs} ${entry.method} ${entry.path}`} entry={entry} />
                  ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        )}
      </Collapse>
    </div>
  );
}

function RequestRow({ entry }: { readonly entry: ReturnType<RequestLog["entries"]>[number] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const isGood = entry.status !== null && entry.status < 400;
  return (
    <Table.Tr>
      <Table.Td style={{ whiteSpace: "nowrap" }}>{format.ago(entry.atMs)}</Table.Td>
      <Table.Td>{entry.method}</Table.Td>
      <Table.Td style={{ overflowWrap: "anywhere" }}>{entry.path}</Table.Td>
      <Table.Td>
        <Badge size="sm" variant="light" color={isGood ? "pine" : "red"} tt="none">
          {entry.status ?? t("settings.request.none")}
        </Badge>
      </Table.Td>
      <Table.Td ta="right">{Math.round(entry.ms)}</Table.Td>
    </Table.Tr>
  );
}
