import { useTranslation } from "react-i18next";
import type { Failure } from "../api/failure.ts";
import { en } from "../i18n/en/index.ts";
import { Notice } from "./notice.tsx";

interface Props {
  readonly failure: Failure;
  readonly onRetry?: (() => void) | undefined;
}

/** What happened, what to do, and the code. */
export function FailureNotice({ failure, onRetry }: Props) {
  const { t } = useTranslation();
  const { title, todo, code } = useFailureText()(failure);
  return (
    <Notice
      tone="error"
      title={title}
      code={code}
      action={onRetry === undefined ? undefined : { label: t("shell.retry"), run: onRetry }}
    >
      {todo}
    </Notice>
  );
}

/** Words for a failure: by its reason where we have some, else by its code. */
export function useFailureText() {
  const { t } = useTranslation();
  return (failure: Failure) => {
    const key = keyOf(failure);
    const code = failure.reason === null ? failure.code : `${failure.code} / ${failure.reason}`;
    return { title: t(`errors.${key}.title`), todo: t(`errors.${key}.todo`), code };
  };
}

/** What another server did is told apart from what ours does, where both have the same name. */
function keyOf({ code, reason }: Failure): keyof typeof en.errors {
  const upstream = code.startsWith("upstream_") ? `upstream_${reason}` : null;
  return [upstream, reason, code].find(isKnown) ?? "internal";
}

function isKnown(key: string | null): key is keyof typeof en.errors {
  return key !== null && Object.hasOwn(en.errors, key);
}
