// npm run demo, npm test, npm run bench, npm run build, npm run docs: the set-up first, then the job.
// Plain Node without dependencies, because nothing is installed yet. No new syntax in this file: an old Node must get as far as the message.
const [major, minor] = process.versions.node.split(".").map(Number);

if (major < 20 || (major === 20 && minor < 20)) {
  console.error(`LTAD needs Node 20.20 or newer; this is ${process.version}. Install a newer Node and run the same command again.`);
  process.exitCode = 1;
} else {
  void import("./house/main.mjs").then(({ main }) => main(process.argv.slice(2)));
}
