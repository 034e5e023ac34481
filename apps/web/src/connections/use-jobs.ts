import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useSubscription } from "@trpc/tanstack-react-query";
import { useState } from "react";
import type { JobRow } from "../api/rows.ts";
import { useSession } from "../app/session.tsx";
import { isOver, newerJob } from "./job-order.ts";

/** The newest known job of each connection, live. */
export function useJobs(): ReadonlyMap<string, JobRow> {
  const { trpc } = useSession();
  const queryClient = useQueryClient();
  const [live, setLive] = useState<ReadonlyMap<string, JobRow>>(new Map());
  const active = useQuery(trpc.jobs.list.queryOptions({ statuses: ["queued", "running"], limit: 200 }));
  useSubscription(
    trpc.jobs.watch.subscriptionOptions(
      {},
      {
        onData: ({ data: job }) => {
          setLive((known) =>
            new Map(known).set(job.connectionId, newerJob(known.get(job.connectionId), job)),
          );
          if (!isOver(job)) return;
          void queryClient.invalidateQueries(trpc.connections.pathFilter());
          void queryClient.invalidateQueries(trpc.books.pathFilter());
          void queryClient.invalidateQueries(trpc.proposals.pathFilter());
        },
      },
    ),
  );
  const jobs = new Map(live);
  for (const job of active.data?.items ?? [])
    jobs.set(job.connectionId, newerJob(jobs.get(job.connectionId), job));
  return jobs;
}
