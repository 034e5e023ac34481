import { useTranslation } from "react-i18next";
import { Panel } from "../design/panel.tsx";
import { AccessGate } from "./access-gate.tsx";
import { AccessList } from "./access-list.tsx";
import { MadeShareDialog, type ToldShare } from "./made-share-dialog.tsx";
import { MakeOne } from "./make-one.tsx";
import { ShareForm } from "./share-form.tsx";
import { StoredAccessLine } from "./stored-access-line.tsx";
import type { Access } from "./use-access.ts";

/** Links by which anybody reads one file or folder, without an account. */
export function ShareLinksPanel() {
  const { t } = useTranslation();
  return (
    <Panel id="share-links" title={t("shares.title")} hint={t("shares.hint")}>
      <AccessGate>{(access) => <ShareLinks access={access} />}</AccessGate>
    </Panel>
  );
}

function ShareLinks({ access }: { readonly access: Access }) {
  const { t } = useTranslation();
  const queryKey = [...access.key, "shares"];
  return (
    <>
      <AccessList name={t("shares.title")} queryKey={queryKey} rows={access.shares} empty={t("shares.none")}>
        {(one) => (
          <StoredAccessLine
            key={one.id}
            one={one}
            revokeText={t("shares.revokeText")}
            revoke={() => access.revokeShare(one.id)}
            queryKey={queryKey}
          />
        )}
      </AccessList>
      <MakeOne<ToldShare>
        label={t("shares.add")}
        form={(onMade, onCancel) => <ShareForm access={access} onMade={onMade} onCancel={onCancel} />}
        told={(made, onClose) => <MadeShareDialog made={made} onClose={onClose} />}
      />
    </>
  );
}
