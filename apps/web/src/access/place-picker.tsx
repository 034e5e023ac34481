import { Anchor, Box, Group, Input, Skeleton, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Fragment } from "react";
import { useTranslation } from "react-i18next";
import { FailureNotice } from "../design/failure-notice.tsx";
import { accessFailure } from "./endpoint-access.ts";
import { EntryButton } from "./entry-button.tsx";
import styles from "./place-picker.module.css";
import type { SharedPlace } from "./share-order.ts";
import type { Access } from "./use-access.ts";

interface Props {
  readonly access: Access;
  readonly place: SharedPlace;
  readonly onChange: (place: SharedPlace) => void;
}

/** Looks through an app's folders: the folder that is open is meant, or a file chosen in it. */
export function PlacePicker({ access, place, onChange }: Props) {
  const { t } = useTranslation();
  const name = place.file ?? place.folder.at(-1) ?? place.app;
  return (
    <Input.Wrapper label={t("shares.place")} description={t("shares.placeHint")} labelElement="div">
      <Box className={styles.frame} mt={6}>
        <Way place={place} onChange={onChange} />
        <Members access={access} place={place} onChange={onChange} />
        <Text size="sm" className={styles.chosen} role="status">
          {t(place.file === null ? "shares.chosenFolder" : "shares.chosenFile", { name })}
        </Text>
      </Box>
    </Input.Wrapper>
  );
}

function Way({ place, onChange }: Omit<Props, "access">) {
  const { t } = useTranslation();
  const steps = [place.app, ...place.folder];
  return (
    <Group component="nav" gap={6} className={styles.way} aria-label={t("shares.way")}>
      {steps.map((name, depth) => (
        <Fragment key={steps.slice(0, depth + 1).join("/")}>
          {depth > 0 && (
            <Text span size="sm" c="dimmed" aria-hidden>
              /
            </Text>
          )}
          {depth === steps.length - 1 ? (
            <Text span size="sm" fw={500} aria-current="true" className={styles.step}>
              {name}
            </Text>
          ) : (
            <Anchor
              component="button"
              type="button"
              size="sm"
              ta="start"
              className={styles.step}
              onClick={() => onChange({ ...place, folder: place.folder.slice(0, depth), file: null })}
            >
              {name}
            </Anchor>
          )}
        </Fragment>
      ))}
    </Group>
  );
}

function Members({ access, place, onChange }: Props) {
  const { t } = useTranslation();
  const { app, folder, file } = place;
  const found = useQuery({
    queryKey: [...access.key, "folder", app, ...folder],
    queryFn: () => access.folder(app, folder),
    retry: false,
  });
  if (found.isPending) return <Skeleton height={120} m="sm" w="auto" />;
  if (found.data === undefined)
    return <FailureNotice failure={accessFailure(found.error)} onRetry={() => void found.refetch()} />;
  const { entries, isCut } = found.data;
  const choose = (name: string, isFolder: boolean) =>
    onChange(
      isFolder
        ? { app, folder: [...folder, name], file: null }
        : { app, folder, file: file === name ? null : name },
    );
  return (
    <Box className={styles.members} component="ul" key={folder.join("/")} aria-label={folder.at(-1) ?? app}>
      {entries.length === 0 && (
        <Text component="li" size="sm" c="dimmed" p="md" ta="center">
          {t("shares.emptyFolder")}
        </Text>
      )}
      {entries.map((entry) => (
        <li key={entry.name}>
          <EntryButton
            entry={entry}
            isChosen={entry.name === file}
            onClick={() => choose(entry.name, entry.isFolder)}
          />
        </li>
      ))}
      {isCut && (
        <Text component="li" size="xs" c="dimmed" p="sm">
          {t("shares.cut", { count: entries.length })}
        </Text>
      )}
    </Box>
  );
}
