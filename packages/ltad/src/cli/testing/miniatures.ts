import { mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { tinyDataset } from "@ltad/evaluate/testing";

type Counts = Parameters<typeof tinyDataset>[1];

/** A data set of tiny images, arranged as VisA is: Data/Images/Normal and Anomaly, Data/Masks/Anomaly, and split_csv/1cls.csv. */
export async function visaMiniature(root: string, classes: Counts): Promise<string> {
  await tinyDataset(root, classes);
  const rows = ["object,split,label,image,mask"];
  for (const [name, { train }] of Object.entries(classes)) {
    const at = (...parts: readonly string[]) => join(root, name, ...parts);
    for (const part of ["Images/Normal", "Images/Anomaly", "Masks/Anomaly"]) await mkdir(at("Data", part), { recursive: true });
    const move = async (from: string, to: string, first = 0, end = "") => {
      for (const file of (await readdir(at(from))).sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10)))
        await rename(at(from, file), at("Data", to, `${String(first + Number.parseInt(file, 10)).padStart(4, "0")}${end || ".JPG"}`));
    };
    await move("train/good", "Images/Normal");
    await move("test/good", "Images/Normal", train);
    await move("test/spot", "Images/Anomaly");
    await move("ground_truth/spot", "Masks/Anomaly", 0, ".png");
    for (const other of ["train", "test", "ground_truth"]) await rm(at(other), { recursive: true });
    for (const file of (await readdir(at("Data/Images/Normal"))).sort())
      rows.push(`${name},${Number.parseInt(file, 10) < train ? "train" : "test"},normal,${name}/Data/Images/Normal/${file},`);
    for (const file of (await readdir(at("Data/Images/Anomaly"))).sort())
      rows.push(`${name},test,anomaly,${name}/Data/Images/Anomaly/${file},${name}/Data/Masks/Anomaly/${file.replace(".JPG", ".png")}`);
  }
  await mkdir(join(root, "split_csv"));
  await writeFile(join(root, "split_csv/1cls.csv"), `${rows.join("\n")}\n`);
  return root;
}

/** The same, arranged as DAGM 2007 is: Train/0001.PNG, Test/0005.PNG and Test/Label/0005_label.PNG. */
export async function dagmMiniature(root: string, classes: Counts): Promise<string> {
  await tinyDataset(root, classes);
  for (const name of Object.keys(classes)) {
    const at = (...parts: readonly string[]) => join(root, name, ...parts);
    await mkdir(at("Train"), { recursive: true });
    await mkdir(at("Test/Label"), { recursive: true });
    const numbered = (i: number) => String(i + 1).padStart(4, "0");
    const filesOf = async (from: string) => (await readdir(at(from))).sort();
    for (const [i, file] of (await filesOf("train/good")).entries())
      await rename(at("train/good", file), at("Train", `${numbered(i)}.PNG`));
    for (const [i, file] of (await filesOf("test/good")).entries()) await rename(at("test/good", file), at("Test", `${numbered(i)}.PNG`));
    for (const [i, file] of (await filesOf("test/spot")).entries()) {
      const number = numbered(100 + i);
      await rename(at("test/spot", file), at("Test", `${number}.PNG`));
      await rename(at("ground_truth/spot", file.replace(".png", "_mask.png")), at("Test/Label", `${number}_label.PNG`));
    }
    for (const other of ["train", "test", "ground_truth"]) await rm(at(other), { recursive: true, force: true });
  }
  return root;
}
