import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { tarOf, type TestMember } from "../testing/pack-tar.js";
import { temporaryFolder } from "../testing/temporary-folder.js";
import { formatLocation } from "./location.js";
import { openSource } from "./open-source.js";
import { readContent } from "./read-content.js";
import { tarMembers } from "./tar-members.js";

async function write(content: Uint8Array, name = "a.tar") {
  const file = join(await temporaryFolder(), name);
  await writeFile(file, content);
  return file;
}

const open = async (members: readonly TestMember[]) => openSource(await write(await tarOf(members)));
const long = `${"folder/".repeat(30)}image.png`;

it("says where members are, also those of long names, and the content is there", async () => {
  const file = await write(
    await tarOf([
      { name: "folder", type: "directory" },
      { name: "./one.png", content: "first" },
      { name: long, content: "second" },
      { name: "empty.png" },
    ]),
  );
  const members = await tarMembers(file);
  expect(members.map(({ path }) => path)).toEqual(["one.png", long, "empty.png"]);
  const contents = await Promise.all(
    members.map(({ offset, bytes, path }) => readContent(formatLocation({ place: file, part: { offset, bytes } }), path)),
  );
  expect(contents.map((content) => Buffer.from(content).toString())).toEqual(["first", "second", ""]);
});

it.each([
  ["../../outside.png", "points outside the data set"],
  ["a/../../outside.png", "points outside the data set"],
  ["/etc/outside.png", "points outside the data set"],
  ["a\\..\\outside.png", "points outside the data set"],
  ["a\u0007.png", "points outside the data set"],
])("refuses a member that is called %j", async (name, why) => {
  await expect(open([{ name, content: "x" }])).rejects.toMatchObject({
    code: "LTAD_DATA",
    message: expect.stringContaining(why) as string,
  });
});

it.each(["symlink", "link", "character-device", "fifo"] as const)("refuses a member that is a %s", async (type) => {
  const opened = open([{ name: "a.png", type, linkname: "/etc/passwd" }]);
  await expect(opened).rejects.toMatchObject({ code: "LTAD_DATA" });
  await expect(opened).rejects.toThrow(`"a.png" is a ${type}.`);
});

it("refuses the same path twice, and a file in the place of a folder", async () => {
  await expect(open([{ name: "a.png" }, { name: "a.png" }])).rejects.toThrow(/"a\.png" .* appears twice/);
  await expect(open([{ name: "a/b" }, { name: "a" }])).rejects.toThrow(/"a" .* is a file, and a folder of the same name has files/);
});

it("refuses an archive that is cut off, wherever, or compressed, or says that a member is larger than it is", async () => {
  const whole = await tarOf([
    { name: "a.png", content: randomBytes(600) },
    { name: "b.png", content: randomBytes(600) },
  ]);
  for (const length of [700, 1536, 2000, 3072]) await expect(tarMembers(await write(whole.subarray(0, length)))).rejects.toThrow(/cut off/);
  await expect(tarMembers(await write(gzipSync(whole)))).rejects.toThrow(/compressed/);
  const name = "a.tar.gz";
  await expect(openSource(await write(gzipSync(whole), name))).rejects.toThrow(/compressed archive cannot be read one by one/);
  const huge = Buffer.from(whole);
  huge.write("77777777777\0", 124); // 8 GiB
  huge.write("        ", 148);
  const sum = huge.subarray(0, 512).reduce((all, byte) => all + byte, 0);
  huge.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  await expect(tarMembers(await write(huge))).rejects.toThrow(/cut off after 4096 bytes/);
});

it("does not read a member that is larger than an image may be, and names one that an archive no longer has", async () => {
  const file = await write(await tarOf([{ name: "a.png", content: "x" }]));
  await expect(readContent(`tar:512+300000000:${file}`, "a.png")).rejects.toMatchObject({ code: "LTAD_IMAGE" });
  await expect(readContent(`tar:512+300000000:${file}`, "a.png")).rejects.toThrow(/^a\.png: it has 300000000 bytes; expected at most/);
  await expect(readContent(`tar:512+9000:${file}`, "a.png")).rejects.toThrow(/^a\.png: .*a\.tar ends in the middle of it/);
  await expect(readContent(`tar:0+1:${file}.gone`, "a.png")).rejects.toMatchObject({ code: "LTAD_IMAGE" });
});
