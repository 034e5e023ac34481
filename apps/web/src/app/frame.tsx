import { localStorageColorSchemeManager, MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClientProvider } from "@tanstack/react-query";
import { type ReactNode, useEffect, useMemo } from "react";
import { I18nextProvider, useTranslation } from "react-i18next";
import { currentLanguage } from "../i18n/create-translations.ts";
import { localeOf } from "../i18n/language.ts";
import { type Runtime, RuntimeContext } from "./runtime.tsx";
import { createAppTheme, cssVariables } from "./theme.ts";

const colorScheme = localStorageColorSchemeManager({ key: "relite.color-scheme" });

/** What every page needs, also the ones that are shown when nothing else works. */
export function Frame({ runtime, children }: { readonly runtime: Runtime; readonly children: ReactNode }) {
  return (
    <RuntimeContext value={runtime}>
      <I18nextProvider i18n={runtime.translations}>
        <QueryClientProvider client={runtime.queryClient}>
          <Look>{children}</Look>
        </QueryClientProvider>
      </I18nextProvider>
    </RuntimeContext>
  );
}

function Look({ children }: { readonly children: ReactNode }) {
  const { t } = useTranslation();
  const closeLabel = t("shell.close");
  const theme = useMemo(() => createAppTheme(closeLabel), [closeLabel]);
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariables}
      colorSchemeManager={colorScheme}
      defaultColorScheme="auto"
    >
      <DocumentLanguage />
      <Notifications position="bottom-right" containerWidth={400} />
      {children}
    </MantineProvider>
  );
}

function DocumentLanguage() {
  const { i18n } = useTranslation();
  const locale = localeOf(currentLanguage(i18n));
  useEffect(() => {
    document.documentElement.lang = locale;
  }, [locale]);
  return null;
}
