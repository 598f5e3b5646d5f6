import { Argument, type Command } from "commander";
import type { Io } from "../../io.js";
import { addCommonOptions, addExamples, addRequiredOption, wholeNumber } from "../../options.js";

/** Manifests for clusters. */
export function addDeployCommands(program: Command, io: Io): void {
  const deploy = program
    .command("deploy")
    .summary("print manifests for a cluster")
    .description("Prints manifests that run a plan on a cluster. Nothing is sent anywhere.");
  const k8s = deploy
    .command("k8s")
    .addArgument(new Argument("<plan>", "address of the plan: STORE/plans/ID, with the path or bucket as the pods see it"))
    .summary("print a Kubernetes Job that runs all shards of a plan")
    .description(
      "Prints an Indexed Job as YAML: pod i runs shard i, without a queue, and the exit code of `work` decides whether a failed pod is retried. " +
        "With --keda, prints a ScaledJob instead, which starts as many queue workers as there are shards waiting.",
    );
  const command = addRequiredOption(k8s, "--image <name>", "container image in which `ltad` is installed");
  command
    .option("--claim <name>", "persistent volume claim that holds the store, if it is a folder")
    .option("--images-claim <name>", "persistent volume claim that holds the images, if they are neither below the store nor in a bucket")
    .option("--s3-secret <name>", "Secret with the keys AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (default: the role of the pod)")
    .option("--s3-endpoint <url>", "S3 server other than AWS, as pods and this machine reach it (default: AWS_ENDPOINT_URL)")
    .option("--parallelism <n>", "number of pods that run at the same time", wholeNumber, 8)
    .option("--cpu <n>", "CPU cores per pod", "2")
    .option("--memory <size>", "memory per pod", "4Gi")
    .option("--keda", "print a ScaledJob for KEDA, which serves the queue of `fleet start --queue`")
    .option("--queue <url>", "with --keda: URL of the queue, without its password")
    .option("--queue-secret <name>", "with --keda: name of a Secret with the keys `url` and, for Redis, `password`")
    .action(async (plan, options) => (await import("./deploy-command.js")).deployKubernetes(io, plan, options));
  addCommonOptions(command);
  addExamples(
    command,
    "deploy k8s /mnt/fleet/plans/0123456789abcdef --image registry/ltad:1 --claim fleet --images-claim images > job.yaml",
    "deploy k8s /mnt/fleet/plans/0123456789abcdef --image registry/ltad:1 --claim fleet --keda --queue redis://queue:6379 > job.yaml",
    "deploy k8s s3://plant/fleet/plans/0123456789abcdef --image registry/ltad:1 --s3-secret s3-keys > job.yaml",
  );
}
