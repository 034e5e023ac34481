import type { AppRouter } from "@relite/api/router";
import type { inferRouterOutputs } from "@trpc/server";

type Outputs = inferRouterOutputs<AppRouter>;

export type ConnectionRow = Outputs["connections"]["list"]["items"][number];
export type BookRow = Outputs["books"]["list"]["items"][number];
export type JobRow = Outputs["jobs"]["get"];
export type ProposalRow = Outputs["proposals"]["list"]["items"][number];
export type InvitationRow = Outputs["invitations"]["list"]["items"][number];
