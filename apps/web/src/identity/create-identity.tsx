import { newSeed, seedToWords } from "@relite/core/ucan";
import { useState } from "react";
import { useRuntime } from "../app/runtime.tsx";
import { ConfirmWords } from "./confirm-words.tsx";
import { ShowWords } from "./show-words.tsx";
import { useAdoptSeed } from "./use-adopt-seed.ts";
import { pickQuizWords } from "./word-quiz.ts";

/** The seed lives in this component's memory until the words are confirmed, and nowhere else after. */
export function CreateIdentity({ onBack }: { readonly onBack: () => void }) {
  const { random } = useRuntime();
  const [seed] = useState(newSeed);
  const [words] = useState(() => seedToWords(seed).split(" "));
  const [quiz] = useState(() => pickQuizWords(words.length, random));
  const [isShown, setShown] = useState(true);
  const adopt = useAdoptSeed();
  if (isShown) return <ShowWords words={words} onBack={onBack} onStored={() => setShown(false)} />;
  return (
    <ConfirmWords
      words={words}
      quiz={quiz}
      isWorking={adopt.isPending}
      hasFailed={adopt.isError}
      onBack={() => setShown(true)}
      onConfirmed={() => adopt.mutate(seed)}
    />
  );
}
