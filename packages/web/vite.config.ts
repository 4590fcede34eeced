import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** `vite build` writes what the collector serves; `vite` alone serves the sources and asks a collector for data. */
export default defineConfig({
  plugins: [react()],
  build: {
    outDir: "dist",
    emptyOutDir: true,
    // Data URLs would need a wider content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    proxy: {
      "/api": "http://127.0.0.1:4319",
      "/health": "http://127.0.0.1:4319",
    },
  },
});
