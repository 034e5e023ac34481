import { procedureNeeding } from "../trpc.ts";

/** Procedures by the capability they need; write implies read. */
export const profileReader = procedureNeeding({ with: "profile:", can: "profile/read" });
export const profileWriter = procedureNeeding({ with: "profile:", can: "profile/write" });
export const accessReader = procedureNeeding({ with: "access:", can: "access/read" });
export const accessWriter = procedureNeeding({ with: "access:", can: "access/write" });
export const libraryReader = procedureNeeding({ with: "library:", can: "library/read" });
export const libraryWriter = procedureNeeding({ with: "library:", can: "library/write" });
export const chatReader = procedureNeeding({ with: "chat:", can: "chat/read" });
export const chatWriter = procedureNeeding({ with: "chat:", can: "chat/write" });
