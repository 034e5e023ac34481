import { Box } from "@mantine/core";
import { encode } from "uqr";

interface Props {
  readonly text: string;
  /** What it holds, for who cannot see it. */
  readonly name: string;
}

/** Modules of light around it, without which cameras do not find it (ISO/IEC 18004). */
const border = 4;

/** A text for a camera: dark on light, whatever the page's colours are. */
export function QrCode({ text, name }: Props) {
  const { size, data } = encode(text, { ecc: "M", border });
  const path = data
    .flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : "")))
    .join("");
  return (
    <Box
      component="svg"
      role="img"
      aria-label={name}
      viewBox={`0 0 ${size} ${size}`}
      w="min(100%, 13rem)"
      mx="auto"
      display="block"
      style={{ borderRadius: "var(--mantine-radius-md)" }}
      shapeRendering="crispEdges"
    >
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#000" />
    </Box>
  );
}
