/**
 * ELK, which places one scope at a time. In the page it runs in a worker of its own, fetched when a canvas first opens.
 *
 * The settings are what was found to read well: cycles are broken where the text goes backwards (MODEL_ORDER), unconnected
 * parts stay in one drawing (`separateConnectedComponents` would reverse and stack them), and network simplex weighs the
 * happy path's straightness a hundred times a detour's.
 */
import ElkApi, { type ElkNode, type LayoutOptions } from "elkjs/lib/elk-api.js";
import workerUrl from "elkjs/lib/elk-worker.min.js?url";
import type { Direction } from "./types";

export type Engine = (graph: ElkNode) => Promise<ElkNode>;

const LAYER_GAP = 40;

export function optionsFor(direction: Direction): LayoutOptions {
  return {
    "elk.algorithm": "layered",
    "elk.direction": direction === "down" ? "DOWN" : "RIGHT",
    "elk.edgeRouting": "ORTHOGONAL",
    "elk.padding": "[top=0,left=0,bottom=0,right=0]",
    "elk.separateConnectedComponents": "false",
    "elk.layered.cycleBreaking.strategy": "MODEL_ORDER",
    "elk.layered.considerModelOrder.strategy": "NODES_AND_EDGES",
    "elk.layered.nodePlacement.strategy": "NETWORK_SIMPLEX",
    "elk.layered.nodePlacement.favorStraightEdges": "true",
    "elk.layered.edgeLabels.centerLabelPlacementStrategy": "TAIL_LAYER",
    "elk.layered.edgeLabels.sideSelection": "ALWAYS_DOWN",
    "elk.layered.spacing.nodeNodeBetweenLayers": String(LAYER_GAP),
    "elk.layered.spacing.edgeNodeBetweenLayers": "18",
    "elk.layered.spacing.edgeEdgeBetweenLayers": "16",
    "elk.spacing.nodeNode": "40",
    "elk.spacing.edgeNode": "24",
    "elk.spacing.edgeEdge": "18",
    "elk.spacing.edgeLabel": "0",
    "elk.randomSeed": "1",
  };
}

let shared: InstanceType<typeof ElkApi> | undefined;

/** The page's one worker. */
export const workerEngine: Engine = (graph) => {
  shared ??= new ElkApi({ workerUrl });
  return shared.layout(graph);
};
