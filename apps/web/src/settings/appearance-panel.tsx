import { Group, Input, SegmentedControl, Select, useMantineColorScheme } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { chosenLanguage, saveLanguage } from "../app/preferences.ts";
import { useRuntime } from "../app/runtime.tsx";
import { Panel } from "../design/panel.tsx";
import { switchLanguage } from "../i18n/create-translations.ts";
import { isLanguage, pickLanguage } from "../i18n/language.ts";

const schemes = ["light", "dark", "auto"] as const;

export function AppearancePanel() {
  const { t } = useTranslation();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <Panel title={t("settings.appearance")}>
      <Group grow preventGrowOverflow={false} align="flex-start">
        <LanguageChoice />
        <Input.Wrapper label={t("settings.theme")} labelElement="div" miw={220}>
          <SegmentedControl
            fullWidth
            aria-label={t("settings.theme")}
            value={colorScheme}
            onChange={(value) => {
              const scheme = schemes.find((one) => one === value);
              if (scheme !== undefined) setColorScheme(scheme);
            }}
            data={schemes.map((value) => ({ value, label: t(`settings.scheme.${value}`) }))}
          />
        </Input.Wrapper>
      </Group>
    </Panel>
  );
}

function LanguageChoice() {
  const { t } = useTranslation();
  const { localStorage, translations, page } = useRuntime();
  const [chosen, setChosen] = useState(() => chosenLanguage(localStorage));
  const choose = (value: string | null) => {
    const language = isLanguage(value) ? value : null;
    saveLanguage(localStorage, language);
    setChosen(language);
    void switchLanguage(translations, pickLanguage(language, page.navigator.languages));
  };
  return (
    <Select
      label={t("settings.language")}
      miw={220}
      value={chosen ?? "browser"}
      onChange={choose}
      allowDeselect={false}
      data={[
        { value: "browser", label: t("settings.languageOfBrowser") },
        { value: "en", label: "English" },
        { value: "zh", label: "简体中文" },
      ]}
    />
  );
}
