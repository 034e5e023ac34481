import { notifications } from "@mantine/notifications";

/** Something worked; gone after a few seconds. */
export function toastDone(message: string): void {
  notifications.show({ message, color: "pine", autoClose: 4_000 });
}

/** Something failed; stays until it is closed. */
export function toastFailed(title: string, message: string): void {
  notifications.show({ title, message, color: "red", autoClose: false, role: "alert" });
}
