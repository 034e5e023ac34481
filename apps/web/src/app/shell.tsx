import { AppShell, Box, Stack, Text, UnstyledButton } from "@mantine/core";
import {
  IconBooks,
  IconKeyboard,
  IconMessageCircle,
  IconPlugConnected,
  IconSettings,
} from "@tabler/icons-react";
import { Link, Outlet } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Wordmark } from "../design/wordmark.tsx";
import styles from "./shell.module.css";
import { ShortcutLayer, useShortcutOverlay } from "./shortcuts.tsx";
import { SyncIndicator } from "./sync-indicator.tsx";

const places = [
  { to: "/library", label: "shell.library", icon: IconBooks },
  { to: "/connections", label: "shell.connections", icon: IconPlugConnected },
  { to: "/chat", label: "shell.chat", icon: IconMessageCircle },
  { to: "/settings", label: "shell.settings", icon: IconSettings },
] as const;

/** Side navigation from 768 px on, bottom navigation below. */
export function Shell() {
  const { t } = useTranslation();
  return (
    <AppShell
      navbar={{ width: 232, breakpoint: "sm", collapsed: { mobile: true } }}
      footer={{ height: { base: "calc(60px + env(safe-area-inset-bottom))", sm: 0 } }}
      padding={0}
    >
      <a href="#content" className="skip-link">
        {t("shell.skip")}
      </a>
      <AppShell.Navbar
        visibleFrom="sm"
        className={styles.side}
        withBorder={false}
        aria-label={t("shell.navigation")}
      >
        <SideNavigation />
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1} className={styles.main}>
        <Outlet />
      </AppShell.Main>
      <AppShell.Footer
        hiddenFrom="sm"
        component="nav"
        className={styles.bottom}
        aria-label={t("shell.navigation")}
      >
        {places.map(({ to, label, icon: Icon }) => (
          <Link key={to} to={to} className={styles.tab} activeProps={{ "aria-current": "page" }}>
            <Icon size={22} stroke={1.6} aria-hidden />
            <span>{t(label)}</span>
          </Link>
        ))}
      </AppShell.Footer>
      <ShortcutLayer />
    </AppShell>
  );
}

function SideNavigation() {
  const { t } = useTranslation();
  const { open } = useShortcutOverlay();
  return (
    <>
      <Box px={10} pt={6} pb="lg">
        <Wordmark />
      </Box>
      <Stack gap={2} flex={1}>
        {places.map(({ to, label, icon: Icon }) => (
          <Link key={to} to={to} className={styles.place} activeProps={{ "aria-current": "page" }}>
            <Icon size={20} stroke={1.6} aria-hidden />
            <Text span size="sm" inherit>
              {t(label)}
            </Text>
          </Link>
        ))}
      </Stack>
      <SyncIndicator />
      <UnstyledButton className={styles.quiet} onClick={open}>
        <IconKeyboard size={18} stroke={1.6} aria-hidden />
        {t("shell.shortcuts")}
      </UnstyledButton>
    </>
  );
}
