import { seedToWords } from "../ucan/index.ts";
import { type CommandIo, createCommand, type ParsedArgs, UsageError } from "./command.ts";
import { createKeyFile, readKeyFile } from "./key-file.ts";

const help = `
key new FILE            make an owner key, readable by you alone (mode 600), and print its DID
key show FILE           print the DID of a key file
    --words             print the 24 recovery words as well: whoever reads them owns the key
    --json              print JSON
`;

/** `key new FILE` and `key show FILE`. */
export const runKey = createCommand(help, { flags: ["json", "words"], values: [] }, async (args, io) => {
  const [action, file, ...more] = args.positionals;
  if (more.length > 0) throw new UsageError(`Not understood: ${more.join(" ")}`);
  if (action !== "new" && action !== "show") throw new UsageError("Say `key new FILE` or `key show FILE`");
  if (file === undefined || file === "") throw new UsageError(`\`key ${action}\` needs a FILE`);
  if (action === "show") return showKey(file, args, io);
  if (args.flags.has("words")) throw new UsageError("Make the key first, then `key show FILE --words`");
  print({ did: (await createKeyFile(file)).did }, args, io);
});

async function showKey(file: string, args: ParsedArgs, io: CommandIo): Promise<void> {
  const { signer, seed, isExposed } = await readKeyFile(file);
  if (isExposed) io.err(`Others can read ${file}; chmod 600 is due.`);
  const words = args.flags.has("words") ? { words: seedToWords(seed) } : {};
  print({ did: signer.did, ...words }, args, io);
}

function print(facts: Readonly<Record<string, string>>, args: ParsedArgs, io: CommandIo): void {
  if (args.flags.has("json")) io.out(JSON.stringify(facts));
  else for (const fact of Object.values(facts)) io.out(fact);
}
