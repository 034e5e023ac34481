import { Typography } from "@mantine/core";
import ReactMarkdown, { type Components } from "react-markdown";
import remarkGfm from "remark-gfm";
import styles from "./markdown.module.css";

/** Foreign text: no HTML, no images from elsewhere, links open apart from this page. */
const components: Components = {
  a: ({ href, children }) => (
    <a href={href} target="_blank" rel="noopener noreferrer">
      {children}
    </a>
  ),
  img: ({ src, alt }) => (
    <a href={typeof src === "string" ? src : undefined} target="_blank" rel="noopener noreferrer">
      {alt === undefined || alt === "" ? String(src) : alt}
    </a>
  ),
  pre: ({ children }) => (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: wide code scrolls and must be reachable by keyboard
    <pre tabIndex={0}>{children}</pre>
  ),
};

const plugins = [remarkGfm];

export function Markdown({ text }: { readonly text: string }) {
  return (
    <Typography className={styles.markdown}>
      <ReactMarkdown remarkPlugins={plugins} components={components}>
        {text}
      </ReactMarkdown>
    </Typography>
  );
}
