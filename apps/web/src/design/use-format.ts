import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useRuntime } from "../app/runtime.tsx";
import { currentLanguage } from "../i18n/create-translations.ts";
import { localeOf } from "../i18n/language.ts";
import { formatAgo, formatBytes, formatCount, formatDay, formatMoment } from "./format.ts";

/** Numbers and times in the user's language; relative times move on by themselves. */
export function useFormat() {
  const { i18n } = useTranslation();
  const nowMs = useNow();
  const locale = localeOf(currentLanguage(i18n));
  return {
    ago: (atMs: number) => formatAgo(atMs, nowMs, locale),
    bytes: (bytes: number) => formatBytes(bytes, locale),
    count: (count: number) => formatCount(count, locale),
    day: (atMs: number) => formatDay(atMs, locale),
    moment: (atMs: number) => formatMoment(atMs, locale),
  };
}

function useNow(): number {
  const { clock } = useRuntime();
  const [nowMs, setNowMs] = useState(() => clock.nowMs());
  useEffect(() => {
    const timer = setInterval(() => setNowMs(clock.nowMs()), 30_000);
    return () => clearInterval(timer);
  }, [clock]);
  return nowMs;
}
