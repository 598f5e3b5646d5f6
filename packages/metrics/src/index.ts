export { binomialTail } from "./compare/binomial-tail.js";
export { delongTest } from "./compare/delong.js";
export type { DelongTest } from "./compare/delong.js";
export { mannWhitney } from "./compare/mann-whitney.js";
export type { MannWhitney } from "./compare/mann-whitney.js";
export type { PairedScores } from "./compare/paired.js";
export { pairedBootstrap } from "./compare/paired-bootstrap.js";
export type { PairedBootstrap } from "./compare/paired-bootstrap.js";
export { auroc } from "./image/auroc.js";
export { averagePrecision } from "./image/average-precision.js";
export { precisionRecallCurve, rocCurve } from "./image/curves.js";
export type { PrecisionRecallCurve, RocCurve } from "./image/curves.js";
export { f1Max, iouMax } from "./image/f1-max.js";
export type { BestF1 } from "./image/f1-max.js";
export { falseAlarmCalibration } from "./image/false-alarm-calibration.js";
export type { FalseAlarmCalibration, StatedRate } from "./image/false-alarm-calibration.js";
export { imageScores } from "./image/image-scores.js";
export type { ImageScores, ScoredImage } from "./image/image-scores.js";
export { accuracyAt, confusionAt, fprAtTpr, presortedBad, presortedGood } from "./image/operating-points.js";
export type { Confusion } from "./image/operating-points.js";
export { aupimo } from "./pixels/aupimo.js";
export type { Aupimo, FprBounds, ImageRecall } from "./pixels/aupimo.js";
export { exactPixels, exactPixelsFromBytes } from "./pixels/exact-pixels.js";
export type { ExactPixels } from "./pixels/exact-pixels.js";
export type { PixelAccumulator, PixelCounts, PixelImage, SplitImage } from "./pixels/pixel-image.js";
export { aupro, proCurve } from "./pixels/pro-curve.js";
export type { ProCurve } from "./pixels/pro-curve.js";
export { labelRegions } from "./pixels/regions.js";
export type { Regions } from "./pixels/regions.js";
export { auproBounds, streamingBounds } from "./pixels/streaming-bounds.js";
export type { Between, StreamingBounds } from "./pixels/streaming-bounds.js";
export { streamingPixels, streamingPixelsFromBytes } from "./pixels/streaming-pixels.js";
export type { Histograms, StreamingPixels } from "./pixels/streaming-pixels.js";
export { measure } from "./ranking/measure.js";
export type { Measure } from "./ranking/measure.js";
export { rank } from "./ranking/rank.js";
export type { Ranking, Visit } from "./ranking/ranking.js";
export { bootstrapClasses } from "./tail/bootstrap.js";
export type { BootstrapOptions, ClassIntervals, Integers, Interval } from "./tail/bootstrap.js";
export {
  imageMetricNames,
  imageMetrics,
  isThreshold,
  lowerIsBetter,
  meanOfSeven,
  pixelMetricNames,
  pixelMetrics,
  rankedPixelMetrics,
} from "./tail/class-metrics.js";
export type { ImageMetricName, MetricName, PixelMetricName } from "./tail/class-metrics.js";
export { summarise, worstClass } from "./tail/summarise.js";
export type { Summary, WorstClass } from "./tail/summarise.js";
