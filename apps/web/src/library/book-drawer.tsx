import {
  Anchor,
  Code,
  Drawer,
  Group,
  Input,
  SegmentedControl,
  Skeleton,
  Stack,
  Text,
  Title,
} from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { toFailure } from "../api/failure.ts";
import type { BookRow } from "../api/rows.ts";
import { useSession } from "../app/session.tsx";
import { FactList } from "../design/fact-list.tsx";
import { FailureNotice, useFailureText } from "../design/failure-notice.tsx";
import { Notice } from "../design/notice.tsx";
import { toastFailed } from "../design/toasts.ts";
import { useFormat } from "../design/use-format.ts";
import { BookCover } from "./book-cover.tsx";
import { readStates } from "./library-search.ts";

interface Props {
  readonly bookId: string | undefined;
  /** What the list knows already, so that the drawer opens full. */
  readonly known: BookRow | undefined;
  readonly connectionNames: ReadonlyMap<string, string>;
  readonly onClose: () => void;
}

export function BookDrawer({ bookId, known, connectionNames, onClose }: Props) {
  const { t } = useTranslation();
  return (
    <Drawer
      opened={bookId !== undefined}
      onClose={onClose}
      position="right"
      size="md"
      title={t("library.details")}
    >
      {bookId !== undefined && (
        <BookDetails key={bookId} id={bookId} known={known} connectionNames={connectionNames} />
      )}
    </Drawer>
  );
}

function BookDetails(props: {
  readonly id: string;
  readonly known: BookRow | undefined;
  readonly connectionNames: ReadonlyMap<string, string>;
}) {
  const { t } = useTranslation();
  const { trpc } = useSession();
  const fetched = useQuery(trpc.books.get.queryOptions({ id: props.id }));
  const format = useFormat();
  const book = fetched.data ?? props.known;
  if (book === undefined)
    return fetched.isError ? <FailureNotice failure={toFailure(fetched.error)} /> : <Skeleton height={320} />;
  const dateOf = (iso: string | null) => (iso === null ? null : format.moment(Date.parse(iso)));
  return (
    <Stack gap="lg">
      <Group align="flex-start" wrap="nowrap" gap="md">
        <div style={{ width: 96, flex: "none" }}>
          <BookCover book={book} size="large" />
        </div>
        <div style={{ minWidth: 0 }}>
          <Title order={2} style={{ overflowWrap: "anywhere" }}>
            {book.title}
          </Title>
          <Text c="dimmed">{book.author ?? t("library.authorUnknown")}</Text>
        </div>
      </Group>
      {book.state === "missing" && (
        <Notice tone="warning" title={t("library.missingTitle")}>
          {t("library.missingText", { when: dateOf(book.missingSince) ?? "" })}
        </Notice>
      )}
      <ReadStateChoice book={book} />
      <FactList
        facts={[
          [t("library.fact.format"), book.format.toUpperCase()],
          [t("library.fact.size"), book.sizeBytes === null ? null : format.bytes(book.sizeBytes)],
          [t("library.fact.series"), book.series],
          [t("library.fact.modified"), dateOf(book.modifiedAt)],
          [t("library.fact.added"), dateOf(book.addedAt)],
          [
            t("library.fact.connection"),
            <Anchor key="place" size="sm" component={Link} to="/connections">
              {props.connectionNames.get(book.connectionId) ?? t("library.unknownConnection")}
            </Anchor>,
          ],
          [t("library.fact.state"), t(`library.state.${book.state}`)],
          [
            t("library.fact.path"),
            <Code key="path" style={{ overflowWrap: "anywhere" }}>
              {book.path}
            </Code>,
          ],
        ]}
      />
    </Stack>
  );
}

function ReadStateChoice({ book }: { readonly book: BookRow }) {
  const { t } = useTranslation();
  const { trpc } = useSession();
  const queryClient = useQueryClient();
  const failureText = useFailureText();
  const change = useMutation(
    trpc.books.setReadState.mutationOptions({
      onSuccess: (changed) => queryClient.setQueryData(trpc.books.get.queryKey({ id: book.id }), changed),
      onError: (error) =>
        toastFailed(failureText(toFailure(error)).title, failureText(toFailure(error)).todo),
      onSettled: () => queryClient.invalidateQueries(trpc.books.list.pathFilter()),
    }),
  );
  const shown = change.isPending ? change.variables.readState : book.readState;
  return (
    <Input.Wrapper label={t("library.readState")} labelElement="div">
      <SegmentedControl
        fullWidth
        mt={4}
        aria-label={t("library.readState")}
        value={shown}
        onChange={(value) => {
          const readState = readStates.find((one) => one === value);
          if (readState !== undefined) change.mutate({ id: book.id, readState });
        }}
        data={readStates.map((value) => ({ value, label: t(`library.read.${value}`) }))}
      />
    </Input.Wrapper>
  );
}
