import { readFile } from "node:fs/promises";

export type Provider = "sqlite" | "postgresql";

export const providers: readonly Provider[] = ["sqlite", "postgresql"];

/** The folder of the package, where models, headers, migrations and generated clients are. */
export const packageDir = new URL("../", import.meta.url);

/** The whole Prisma schema of one provider: its header, then the models. */
export async function readSchema(provider: Provider): Promise<string> {
  const [header, models] = await Promise.all([
    readFile(new URL(`${provider}.prisma`, packageDir), "utf8"),
    readFile(new URL("models.prisma", packageDir), "utf8"),
  ]);
  return `${header}\n${models}`;
}
