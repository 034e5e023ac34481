import { Stack, Text, Title, UnstyledButton } from "@mantine/core";
import { IconChevronRight, IconKey, IconSparkles, type TablerIcon } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { CenteredPage } from "../design/centered-page.tsx";
import type { CodeKind } from "../setup/link-code.ts";
import { CreateIdentity } from "./create-identity.tsx";
import styles from "./onboarding.module.css";
import { RestoreIdentity } from "./restore-identity.tsx";

/** The first visit: a new identity, or the one from the recovery words. */
export function Onboarding({ arrivedBy }: { readonly arrivedBy: CodeKind | null }) {
  const [step, setStep] = useState<"choose" | "create" | "restore">("choose");
  const toChoice = () => setStep("choose");
  return (
    <CenteredPage>
      {step === "choose" && <Choice arrivedBy={arrivedBy} onChoose={setStep} />}
      {step === "create" && <CreateIdentity onBack={toChoice} />}
      {step === "restore" && <RestoreIdentity onBack={toChoice} />}
    </CenteredPage>
  );
}

function Choice(props: {
  readonly arrivedBy: CodeKind | null;
  readonly onChoose: (step: "create" | "restore") => void;
}) {
  const { t } = useTranslation();
  return (
    <Stack gap="lg">
      <div>
        <Title order={1}>{t("identity.welcomeTitle")}</Title>
        <Text size="lg" c="dimmed" mt={6}>
          {t("identity.welcomeText")}
        </Text>
      </div>
      {props.arrivedBy !== null && (
        <Text fw={500}>{t(props.arrivedBy === "setup" ? "identity.forSetup" : "identity.forInvite")}</Text>
      )}
      <Text>{t("identity.welcomeKey")}</Text>
      <Stack gap="sm">
        <Option
          icon={IconSparkles}
          title={t("identity.create")}
          text={t("identity.createText")}
          onClick={() => props.onChoose("create")}
        />
        <Option
          icon={IconKey}
          title={t("identity.restore")}
          text={t("identity.restoreText")}
          onClick={() => props.onChoose("restore")}
        />
      </Stack>
    </Stack>
  );
}

function Option(props: {
  readonly icon: TablerIcon;
  readonly title: string;
  readonly text: string;
  readonly onClick: () => void;
}) {
  const Icon = props.icon;
  return (
    <UnstyledButton className={styles.option} onClick={props.onClick} aria-label={props.title}>
      <Icon size={24} stroke={1.5} className={styles.icon} aria-hidden />
      <span className={styles.words}>
        <Text span display="block" fw={600}>
          {props.title}
        </Text>
        <Text span display="block" size="sm" c="dimmed">
          {props.text}
        </Text>
      </span>
      <IconChevronRight size={18} stroke={1.6} className={styles.chevron} aria-hidden />
    </UnstyledButton>
  );
}
