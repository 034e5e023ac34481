import { Button } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { toastDone } from "../design/toasts.ts";
import { ConfirmDialog } from "./confirm-dialog.tsx";
import { accessFailure } from "./endpoint-access.ts";

interface Props {
  readonly label: string;
  /** The label with the name of what it changes. */
  readonly fullLabel: string;
  readonly title: string;
  readonly text: string;
  /** Said when it is done. */
  readonly done: string;
  readonly run: () => Promise<void>;
  /** The list that is another one afterwards. */
  readonly queryKey: readonly string[];
  readonly color?: "red" | "gray";
}

/** Changes who has access, after it was said what will happen. */
export function ChangeButton(props: Props) {
  const { label, queryKey, color = "red" } = props;
  const [isAsked, setAsked] = useState(false);
  const queryClient = useQueryClient();
  const change = useMutation({
    mutationFn: props.run,
    onSuccess: () => {
      toastDone(props.done);
      setAsked(false);
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey }),
  });
  return (
    <>
      <Button
        variant="subtle"
        color={color}
        size="compact-sm"
        style={{ flexShrink: 0 }}
        onClick={() => setAsked(true)}
        aria-label={props.fullLabel}
      >
        {label}
      </Button>
      <ConfirmDialog
        isOpen={isAsked}
        onClose={() => setAsked(false)}
        title={props.title}
        text={props.text}
        action={label}
        isPending={change.isPending}
        failure={change.isError ? accessFailure(change.error) : null}
        onConfirm={() => change.mutate()}
      />
    </>
  );
}
