import i18next, { type i18n } from "i18next";
import { initReactI18next } from "react-i18next";
import { en } from "./en/index.ts";
import { isLanguage, type Language } from "./language.ts";

/** English is in the first load; Chinese comes when it is chosen. */
export async function createTranslations(language: Language): Promise<i18n> {
  const instance = i18next.createInstance();
  await instance.use(initReactI18next).init({
    lng: "en",
    fallbackLng: "en",
    resources: { en: { translation: en } },
    interpolation: { escapeValue: false },
  });
  await switchLanguage(instance, language);
  return instance;
}

/** Loads the texts first, so that no half-translated page is ever shown. */
export async function switchLanguage(instance: i18n, language: Language): Promise<void> {
  if (language === "zh" && !instance.hasResourceBundle("zh", "translation")) {
    const { zh } = await import("./zh/index.ts");
    instance.addResourceBundle("zh", "translation", zh);
  }
  await instance.changeLanguage(language);
}

export function currentLanguage(instance: i18n): Language {
  return isLanguage(instance.language) ? instance.language : "en";
}
