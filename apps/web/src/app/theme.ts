import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from "@mantine/core";

const cjk =
  '"PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC Variable"';

const pine: MantineColorsTuple = [
  "#eef7f4",
  "#dcede8",
  "#b8dacf",
  "#90c6b5",
  "#6eb59f",
  "#57a990",
  "#489f86",
  "#338a72",
  "#1d6f5a",
  "#0f5545",
];

const dark: MantineColorsTuple = [
  "#d6dbdf",
  "#b9c0c6",
  "#8d969e",
  "#6b747c",
  "#3f474e",
  "#333a41",
  "#272d33",
  "#1b2025",
  "#161a1e",
  "#101316",
];

/** Dialogs are titled like pages. */
const titleStyle = {
  fontFamily: "var(--mantine-font-family-headings)",
  fontSize: "1.1875rem",
  fontWeight: 600,
  lineHeight: 1.35,
  overflowWrap: "anywhere",
} as const;

/** Shades and dimmed tones are chosen so that axe finds every text readable in both schemes. */
export function createAppTheme(closeLabel: string) {
  const closeButtonProps = { "aria-label": closeLabel };
  return createTheme({
    colors: { pine, dark },
    primaryColor: "pine",
    primaryShade: 8,
    autoContrast: true,
    // White on red, too: the other way round it is 3.6 : 1.
    luminanceThreshold: 0.185,
    defaultRadius: "md",
    cursorType: "pointer",
    respectReducedMotion: true,
    black: "#1b2127",
    fontFamily: `"Inter Variable", system-ui, -apple-system, "Segoe UI", ${cjk}, sans-serif`,
    fontFamilyMonospace: `ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace, ${cjk}`,
    headings: {
      fontFamily: `"Literata Variable", Georgia, ${cjk}, serif`,
      fontWeight: "600",
      sizes: {
        h1: { fontSize: "1.75rem", lineHeight: "1.25" },
        h2: { fontSize: "1.25rem", lineHeight: "1.35" },
        h3: { fontSize: "1.0625rem", lineHeight: "1.4" },
      },
    },
    components: {
      Tooltip: { defaultProps: { openDelay: 350, withArrow: true, withinPortal: false } },
      Modal: {
        defaultProps: {
          centered: true,
          closeButtonProps,
          radius: "lg",
          overlayProps: { backgroundOpacity: 0.45, blur: 2 },
        },
        styles: { title: titleStyle },
      },
      Drawer: {
        defaultProps: { closeButtonProps, overlayProps: { backgroundOpacity: 0.3 } },
        styles: { title: titleStyle },
      },
      Paper: {
        defaultProps: { radius: "lg" },
        styles: { root: { "--paper-border-color": "var(--relite-line)" } },
      },
      Notification: { defaultProps: { closeButtonProps } },
      Menu: { defaultProps: { shadow: "md", withinPortal: true } },
    },
  });
}

export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-dimmed": "#5b6470",
    "--mantine-color-placeholder": "#6b7480",
    "--mantine-color-error": "#c92a2a",
    "--mantine-color-orange-light-color": "#a33a06",
    "--mantine-color-red-light-color": "#b02525",
    "--mantine-color-blue-light-color": "#155a9c",
    "--relite-accent": pine[8],
    "--relite-sunken": "#f6f7f7",
    "--relite-line": "#e4e7ea",
    "--relite-hover": "#eef1f1",
  },
  dark: {
    "--mantine-color-dimmed": "#adb5bd",
    "--mantine-color-placeholder": "#9aa3ab",
    "--mantine-color-error": "#ff8787",
    "--mantine-color-orange-light-color": "#ffc078",
    "--mantine-color-red-light-color": "#ffa8a8",
    "--mantine-color-blue-light-color": "#a5d8ff",
    "--mantine-color-pine-light": "#1d3a33",
    "--mantine-color-pine-light-hover": "#24463d",
    "--mantine-color-pine-light-color": pine[2],
    "--relite-accent": pine[4],
    "--relite-sunken": "#15191d",
    "--relite-line": "#2c3339",
    "--relite-hover": "#232a2f",
  },
});
