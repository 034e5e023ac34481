import { Button, CopyButton, Group, Text } from "@mantine/core";
import { IconCheck, IconCopy, IconExternalLink } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useRuntime } from "../app/runtime.tsx";
import { CopyText } from "../design/copy-text.tsx";
import { FactList } from "../design/fact-list.tsx";
import { QrCode } from "../design/qr-code.tsx";
import { useFormat } from "../design/use-format.ts";
import { pathOf, type ShareOrder } from "./share-order.ts";
import { ToldDialog } from "./told-dialog.tsx";

/** A link, with its secret, and what it was made for. */
export interface ToldShare {
  readonly link: string;
  readonly order: ShareOrder;
}

interface Props {
  readonly made: ToldShare;
  readonly onClose: () => void;
}

const dayMs = 86_400_000;

export function MadeShareDialog({ made: { link, order }, onClose }: Props) {
  const { t } = useTranslation();
  const { clock } = useRuntime();
  const format = useFormat();
  const until = format.day(clock.nowMs() + order.days * dayMs);
  return (
    <ToldDialog title={t("shares.made.title")} text={t("shares.made.onceText")} onClose={onClose}>
      <FactList
        facts={[
          [t("shares.made.opens"), [order.place.app, ...pathOf(order.place)].join("/")],
          [t("shares.made.until"), until],
          [t("shares.made.link"), <CopyText key="link" text={link} name={t("shares.made.link")} isWhole />],
        ]}
      />
      <QrCode text={link} name={t("shares.made.qr")} />
      {link.startsWith("http:") && (
        <Text size="sm" c="dimmed">
          {t("access.made.plainHttp")}
        </Text>
      )}
      <LinkButtons link={link} onClose={onClose} />
    </ToldDialog>
  );
}

function LinkButtons({ link, onClose }: { readonly link: string; readonly onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Group justify="flex-end" gap="sm">
      <Button
        component="a"
        href={link}
        target="_blank"
        rel="noopener noreferrer"
        variant="subtle"
        leftSection={<IconExternalLink size={16} aria-hidden />}
      >
        {t("shares.made.open")}
      </Button>
      <CopyButton value={link} timeout={1_500}>
        {({ copied, copy }) => (
          <Button
            onClick={copy}
            data-autofocus
            leftSection={copied ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />}
          >
            {t(copied ? "shell.copied" : "shares.made.copy")}
          </Button>
        )}
      </CopyButton>
      <Button variant="default" onClick={onClose}>
        {t("shares.made.done")}
      </Button>
    </Group>
  );
}
