import { isLanguage, type Language, pickLanguage } from "../i18n/language.ts";

const languageKey = "relite.language";

/** What must be known before the first paint lives in localStorage; everything else is in the database. */
export function readLanguage(storage: Storage | null, wanted: readonly string[]): Language {
  return pickLanguage(readItem(storage, languageKey), wanted);
}

/** The language the user chose; null while the browser's own is followed. */
export function chosenLanguage(storage: Storage | null): Language | null {
  const saved = readItem(storage, languageKey);
  return isLanguage(saved) ? saved : null;
}

export function saveLanguage(storage: Storage | null, language: Language | null): void {
  try {
    if (language === null) storage?.removeItem(languageKey);
    else storage?.setItem(languageKey, language);
  } catch {
    // A full or forbidden storage only means that the choice lasts as long as the page.
  }
}

function readItem(storage: Storage | null, key: string): string | null {
  try {
    return storage?.getItem(key) ?? null;
  } catch {
    return null;
  }
}
