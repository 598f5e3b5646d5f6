// Trains one model on all classes of a folder, predicts one image, and measures the model on the test images.
//
//   npx tsx train-and-predict.ts ./data ./model ./data/bottle/test/broken/000.png
//
// More words are settings, such as detect.steps=100 for a quick first try.
import { evaluate, openDetector, train } from "ltad";

const [data = "./data", out = "./model", image, ...set] = process.argv.slice(2);
if (!image) throw new Error("Usage: train-and-predict.ts DATA MODEL IMAGE [key=value ...]");

const { folder, warnings } = await train(data, { out, protocol: "exp100", set });
for (const warning of warnings) console.warn(warning);

const detector = await openDetector(folder);
const { score, class: name, map, width, height } = await detector.predict(image);
const hottest = map.indexOf(Math.max(...map));
console.log(
  `${image}: ${name}, score ${score.toFixed(3)}, most anomalous at x ${hottest % width}, y ${Math.floor(hottest / width)} of ${width} x ${height}`,
);

const { summary } = await evaluate(detector, data, { report: `${folder}/report.html` });
console.log(
  `image AUROC ${summary.avg.image_auroc?.toFixed(3)}, pixel AUROC ${summary.avg.pixel_auroc?.toFixed(3)}, mean over all classes`,
);
await detector.dispose();
