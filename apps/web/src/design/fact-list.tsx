import { Text } from "@mantine/core";
import type { ReactNode } from "react";
import styles from "./fact-list.module.css";

interface Props {
  /** Name and value; a null value leaves the line out. */
  readonly facts: readonly (readonly [string, ReactNode | null])[];
}

export function FactList({ facts }: Props) {
  return (
    <dl className={styles.facts}>
      {facts
        .filter(([, value]) => value !== null)
        .map(([name, value]) => (
          <div key={name} className={styles.fact}>
            <Text component="dt" size="sm" c="dimmed">
              {name}
            </Text>
            <Text component="dd" size="sm" m={0} className={styles.value}>
              {value}
            </Text>
          </div>
        ))}
    </dl>
  );
}
