import { useTranslation } from "react-i18next";
import { Panel } from "../design/panel.tsx";
import { AccessGate } from "./access-gate.tsx";
import { AccessList } from "./access-list.tsx";
import type { MadePassword } from "./access-rows.ts";
import { AppPasswordForm } from "./app-password-form.tsx";
import { MadePasswordDialog } from "./made-password-dialog.tsx";
import { MakeOne } from "./make-one.tsx";
import { StoredAccessLine } from "./stored-access-line.tsx";
import type { Access } from "./use-access.ts";

/** Passwords for programs that know WebDAV but no tokens. */
export function AppPasswordsPanel() {
  const { t } = useTranslation();
  return (
    <Panel id="app-passwords" title={t("access.passwords")} hint={t("access.passwordsHint")}>
      <AccessGate>{(access) => <AppPasswords access={access} />}</AccessGate>
    </Panel>
  );
}

function AppPasswords({ access }: { readonly access: Access }) {
  const { t } = useTranslation();
  const queryKey = [...access.key, "passwords"];
  return (
    <>
      <AccessList
        name={t("access.passwords")}
        queryKey={queryKey}
        rows={access.appPasswords}
        empty={t("access.noPasswords")}
      >
        {(one) => (
          <StoredAccessLine
            key={one.id}
            one={one}
            badge={{
              color: one.action === "write" ? "pine" : "blue",
              text: t(`access.action.${one.action}`),
            }}
            revokeText={t("access.revokeText")}
            revoke={() => access.revokeAppPassword(one.id)}
            queryKey={queryKey}
          />
        )}
      </AccessList>
      <MakeOne<MadePassword>
        label={t("access.add")}
        form={(onMade, onCancel) => <AppPasswordForm access={access} onMade={onMade} onCancel={onCancel} />}
        told={(made, onClose) => <MadePasswordDialog made={made} onClose={onClose} />}
      />
    </>
  );
}
