import type { DeadProperty } from "../tree/properties.ts";
import { escapeXml } from "../xml/write-xml.ts";

/** The namespace of what trash and versions say about their members. */
const keptNamespace = "urn:relite:dav";
const nextcloudNamespace = "http://nextcloud.org/ns";

type Value = string | null;

/** Properties of a member of trash or versions, read-only; those without a value are not there. */
export function keptProperties(valueByName: Readonly<Record<string, Value>>): readonly DeadProperty[] {
  return propertiesIn(keptNamespace, valueByName);
}

/** What Nextcloud's clients ask a trash for. */
export function nextcloudProperties(valueByName: Readonly<Record<string, Value>>): readonly DeadProperty[] {
  return propertiesIn(nextcloudNamespace, valueByName);
}

export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

function propertiesIn(namespace: string, valueByName: Readonly<Record<string, Value>>): DeadProperty[] {
  return Object.entries(valueByName).flatMap(([name, value]) =>
    value === null
      ? []
      : [{ namespace, name, xml: `<X:${name} xmlns:X="${namespace}">${escapeXml(value)}</X:${name}>` }],
  );
}
