export type Language = "en" | "zh";

export function isLanguage(value: unknown): value is Language {
  return value === "en" || value === "zh";
}

/** The saved choice, else the first of the browser's languages that we speak, else English. */
export function pickLanguage(saved: string | null, wanted: readonly string[]): Language {
  if (isLanguage(saved)) return saved;
  for (const tag of wanted) {
    const primary = tag.toLowerCase().split("-")[0];
    if (isLanguage(primary)) return primary;
  }
  return "en";
}

/** BCP 47, for `Intl` and the `lang` attribute. */
export function localeOf(language: Language): string {
  return language === "zh" ? "zh-CN" : "en";
}
