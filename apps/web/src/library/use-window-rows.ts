import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useLayoutEffect, useRef, useState } from "react";

interface Options {
  readonly count: number;
  readonly rowHeight: number;
  /** Called while the last rows are near. */
  readonly onNearEnd: () => void;
}

/** Rows of one height in the page's own scroll: only those near the window exist. */
export function useWindowRows({ count, rowHeight, onNearEnd }: Options) {
  const ref = useRef<HTMLUListElement>(null);
  const [scrollMargin, setScrollMargin] = useState(0);
  useLayoutEffect(() => {
    const top = (ref.current?.getBoundingClientRect().top ?? 0) + window.scrollY;
    setScrollMargin(Math.round(top));
  }, []);
  const virtualizer = useWindowVirtualizer({
    count,
    estimateSize: () => rowHeight,
    overscan: 10,
    scrollMargin,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: another row height moves every row
  useEffect(() => virtualizer.measure(), [virtualizer, rowHeight]);
  const items = virtualizer.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  const isNearEnd = count > 0 && last >= count - 20;
  useEffect(() => {
    if (isNearEnd) onNearEnd();
  }, [isNearEnd, onNearEnd]);
  return {
    ref,
    totalHeight: virtualizer.getTotalSize(),
    visible: items.map(({ index, start }) => ({ index, offset: start - scrollMargin })),
  };
}
