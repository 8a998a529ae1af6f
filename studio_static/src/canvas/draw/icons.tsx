/** Generic icons, drawn here: 20 × 20, one stroke, in the colour of the text. No brand's marks. */
import type { ReactNode } from "react";
import type { IconName, Tone } from "../../asl";
import "./icons.css";

const dot = (x: number, y: number, r = 1.1) => <circle cx={x} cy={y} r={r} fill="currentColor" stroke="none" />;

/** A circle as a part of a path. */
const ring = (x: number, y: number, r: number) =>
  `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0`;

const SHAPES: Readonly<Record<IconName, ReactNode>> = {
  task: <path d="M4 5.5h12v9H4zM7.5 10l1.8 1.8 3.4-3.6" />,
  function: <path d="M5 16 9.6 8.4M6.2 4h2l5 12H15" />,
  http: <path d={`${ring(10, 10, 6.5)}M3.5 10h13M10 3.5c2.4 2.2 2.4 10.8 0 13M10 3.5c-2.4 2.2-2.4 10.8 0 13`} />,
  log: <path d="M5.5 3.5h6.2l3 3v10H5.5zM8 9h4.3M8 12.2h4.3" />,
  chat: <path d="M3.5 4.5h13v8.6H9.8L6.4 16v-2.9H3.5z" />,
  mail: <path d="M3.5 5h13v10h-13zM3.8 5.4 10 10.6l6.2-5.2" />,
  card: <path d="M3 5.2h14v9.6H3zM3 8.4h14M6 12h3" />,
  table: (
    <>
      <ellipse cx="10" cy="5.6" rx="5.6" ry="2.2" />
      <path d="M4.4 5.6v8.8c0 1.2 2.5 2.2 5.6 2.2s5.6-1 5.6-2.2V5.6M4.4 10c0 1.2 2.5 2.2 5.6 2.2s5.6-1 5.6-2.2" />
    </>
  ),
  bucket: <path d="M4 5.5h12l-1.4 11H5.4zM4 5.5c0-1 2.7-1.9 6-1.9s6 .9 6 1.9" />,
  queue: <path d="M3.2 6.5h3.6v7H3.2zM8.2 6.5h3.6v7H8.2zM13.2 6.5h3.6v7h-3.6z" />,
  topic: <path d="M4 8.2v3.6h2.6l5.6 3.4V4.8L6.6 8.2zM14.6 7.4c1.4 1.3 1.4 3.9 0 5.2" />,
  event: <path d="M11.2 3 5 11.2h4.4L8.8 17 15 8.8h-4.4z" />,
  person: <path d={`${ring(10, 6.8, 3)}M4.2 16.4c.6-3.3 2.9-5 5.8-5s5.2 1.7 5.8 5`} />,
  workflow: <path d="M7.4 3.5h5.2v4H7.4zM3 12.5h5.2v4H3zM11.8 12.5H17v4h-5.2zM10 7.5V10M5.6 12.5V10h8.8v2.5" />,
  model: <path d="M10 3.2 11.6 8.4 16.8 10l-5.2 1.6L10 16.8 8.4 11.6 3.2 10l5.2-1.6z" />,
  key: <path d={`${ring(6.8, 10, 3)}M9.8 10H17M14.4 10v2.6M17 10v2`} />,
  cart: (
    <>
      <path d="M3 4.5h2l1.8 7.6h7.6L16 7H5.8" />
      {dot(8, 15.2, 1.3)}
      {dot(13.4, 15.2, 1.3)}
    </>
  ),
  choice: <path d="M10 3.4v4.2M10 7.6c0 3-4.6 2.6-4.6 6.6v2.2M10 7.6c0 3 4.6 2.6 4.6 6.6v2.2" />,
  parallel: <path d="M10 3.4v3.8M4.6 16.4V9.4c0-1.2.9-2.2 2.2-2.2h6.4c1.3 0 2.2 1 2.2 2.2v7M10 7.2v9.2" />,
  map: (
    <>
      <path d="M7.6 5.2h8.6M7.6 10h8.6M7.6 14.8h8.6" />
      {dot(4.4, 5.2)}
      {dot(4.4, 10)}
      {dot(4.4, 14.8)}
    </>
  ),
  wait: <path d={`${ring(10, 10, 6.6)}M10 6.2V10l2.6 1.8`} />,
  pass: <path d="M3.6 10h12M11.6 5.8 15.8 10l-4.2 4.2" />,
  succeed: <path d={`${ring(10, 10, 6.6)}M6.9 10.2l2.2 2.2 4-4.4`} />,
  fail: <path d={`${ring(10, 10, 6.6)}M7.6 7.6l4.8 4.8m0-4.8-4.8 4.8`} />,
  unknown: (
    <>
      <path d="M7.4 7.4c.2-1.6 1.3-2.4 2.7-2.4 1.5 0 2.6.9 2.6 2.3 0 2-2.7 2.1-2.7 4.2" />
      {dot(10, 14.8)}
    </>
  ),
};

/** The bare drawing. */
function IconShape({ icon, size = 20 }: { icon: IconName; size?: number }) {
  return (
    <svg
      viewBox="0 0 20 20"
      width={size}
      height={size}
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      {SHAPES[icon]}
    </svg>
  );
}

/** The drawing in a tinted tile, as on cards and in palettes. */
export function StateIcon({ icon, tone, size = 36 }: { icon: IconName; tone: Tone; size?: number }) {
  return (
    <span className={`tile tile-${tone}`} style={{ width: size, height: size, borderRadius: Math.max(6, size / 4.5) }}>
      <IconShape icon={icon} size={Math.round(size * 0.56)} />
    </span>
  );
}

/** A sign within a button or a badge: one line, 16 × 16. */
export function Glyph({ path, size, stroke }: { path: string; size: number; stroke: number }) {
  return (
    <svg
      viewBox="0 0 16 16"
      width={size}
      height={size}
      fill="none"
      stroke="currentColor"
      strokeWidth={stroke}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={path} />
    </svg>
  );
}
