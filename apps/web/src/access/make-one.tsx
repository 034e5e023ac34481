import { Button, Group } from "@mantine/core";
import { type ReactNode, useEffect, useRef, useState } from "react";

interface Props<Made> {
  readonly label: string;
  readonly form: (onMade: (made: Made) => void, onCancel: () => void) => ReactNode;
  /** Shows what was made; it lives here, in memory, until it is closed. */
  readonly told: (made: Made, onClose: () => void) => ReactNode;
}

/** A button that opens a form, and what came of it, told once. */
export function MakeOne<Made>({ label, form, told }: Props<Made>) {
  const [isAdding, setAdding] = useState(false);
  const [made, setMade] = useState<Made | null>(null);
  const addButton = useFocusBack(isAdding || made !== null);
  const onMade = (next: Made) => {
    setMade(() => next);
    setAdding(false);
  };
  return (
    <>
      {isAdding ? (
        form(onMade, () => setAdding(false))
      ) : (
        <Group>
          <Button ref={addButton} variant="default" onClick={() => setAdding(true)}>
            {label}
          </Button>
        </Group>
      )}
      {made !== null && told(made, () => setMade(null))}
    </>
  );
}

/** Who uses the keyboard goes on where the form was opened. */
function useFocusBack(isOpen: boolean) {
  const target = useRef<HTMLButtonElement>(null);
  const wasOpen = useRef(false);
  useEffect(() => {
    if (wasOpen.current && !isOpen) target.current?.focus();
    wasOpen.current = isOpen;
  }, [isOpen]);
  return target;
}
