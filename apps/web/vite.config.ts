import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** `vite build` writes `dist/`: static files, no inline script (the page's policy is `script-src 'self'`). */
export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  build: {
    outDir: "dist",
    emptyOutDir: true,
    target: "es2022",
    sourcemap: false,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
