import { ActionIcon, Button, CloseButton, Collapse, Group, Select, TextInput, Tooltip } from "@mantine/core";
import { useDebouncedCallback, useDisclosure } from "@mantine/hooks";
import { bookFormats } from "@relite/core/library";
import {
  IconAdjustmentsHorizontal,
  IconLayoutGrid,
  IconList,
  IconSearch,
  IconSortAscending,
  IconSortDescending,
} from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { bookSorts, type LibrarySearch, readStates } from "./library-search.ts";
import styles from "./library-toolbar.module.css";

interface Props {
  readonly search: LibrarySearch;
  readonly connectionNames: ReadonlyMap<string, string>;
  readonly onChange: (part: Partial<Record<keyof LibrarySearch, unknown>>) => void;
}

export function LibraryToolbar(props: Props) {
  const { t } = useTranslation();
  const { search, onChange } = props;
  const [isOpen, { toggle }] = useDisclosure(false);
  const isGrid = search.view === "grid";
  const isDown = search.down === true;
  return (
    <search className={styles.bar} aria-label={t("library.search")}>
      <Group gap="xs" wrap="nowrap">
        <SearchField text={search.q ?? ""} onText={(q) => onChange({ q: q === "" ? undefined : q })} />
        <Tooltip label={t(isDown ? "library.descending" : "library.ascending")}>
          <ActionIcon
            variant="default"
            size={36}
            aria-label={t(isDown ? "library.descending" : "library.ascending")}
            onClick={() => onChange({ down: isDown ? undefined : true })}
          >
            {isDown ? <IconSortDescending size={18} /> : <IconSortAscending size={18} />}
          </ActionIcon>
        </Tooltip>
        <Tooltip label={t(isGrid ? "library.asList" : "library.asGrid")}>
          <ActionIcon
            variant="default"
            size={36}
            aria-label={t(isGrid ? "library.asList" : "library.asGrid")}
            onClick={() => onChange({ view: isGrid ? undefined : "grid" })}
          >
            {isGrid ? <IconList size={18} /> : <IconLayoutGrid size={18} />}
          </ActionIcon>
        </Tooltip>
        <Button
          variant="default"
          hiddenFrom="sm"
          px="sm"
          onClick={toggle}
          aria-expanded={isOpen}
          aria-label={t("library.filters")}
        >
          <IconAdjustmentsHorizontal size={18} aria-hidden />
        </Button>
      </Group>
      <Group gap="xs" visibleFrom="sm">
        <Filters {...props} />
      </Group>
      <Collapse expanded={isOpen} hiddenFrom="sm">
        <div className={styles.folded}>
          <Filters {...props} />
        </div>
      </Collapse>
    </search>
  );
}

function SearchField({ text, onText }: { readonly text: string; readonly onText: (text: string) => void }) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState(text);
  const send = useDebouncedCallback(onText, 250);
  useEffect(() => setTyped(text), [text]);
  const change = (value: string) => {
    setTyped(value);
    send(value);
  };
  return (
    <TextInput
      flex={1}
      type="search"
      aria-label={t("library.search")}
      placeholder={t("library.searchHint")}
      leftSection={<IconSearch size={16} aria-hidden />}
      rightSection={
        typed === "" ? null : (
          <CloseButton size="sm" aria-label={t("library.clearSearch")} onClick={() => change("")} />
        )
      }
      value={typed}
      onChange={(event) => change(event.currentTarget.value)}
      data-shortcut="search"
    />
  );
}

function Filters({ search, connectionNames, onChange }: Props) {
  const { t } = useTranslation();
  const choice = (name: "format" | "connection" | "read" | "show" | "sort", data: readonly Option[]) => (
    <Select
      key={name}
      className={styles.filter}
      data={[...data]}
      value={search[name] ?? null}
      onChange={(value) => onChange({ [name]: value ?? undefined })}
      aria-label={t(`library.filter.${name}`)}
      placeholder={t(`library.filter.${name}`)}
      clearable
      searchable={data.length > 8}
      comboboxProps={{ width: "max-content", position: "bottom-start" }}
      clearButtonProps={{ "aria-label": t("library.clearFilter") }}
    />
  );
  return (
    <>
      {choice(
        "format",
        bookFormats.map((format) => ({ value: format, label: format.toUpperCase() })),
      )}
      {choice(
        "connection",
        [...connectionNames].map(([value, label]) => ({ value, label })),
      )}
      {choice(
        "read",
        readStates.map((value) => ({ value, label: t(`library.read.${value}`) })),
      )}
      {choice("show", [
        { value: "missing", label: t("library.show.missing") },
        { value: "all", label: t("library.show.all") },
      ])}
      {choice(
        "sort",
        bookSorts.map((value) => ({ value, label: t(`library.sort.${value}`) })),
      )}
    </>
  );
}

interface Option {
  readonly value: string;
  readonly label: string;
}
