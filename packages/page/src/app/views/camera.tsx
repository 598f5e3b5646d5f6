import { useEffect, useRef, useState } from "preact/hooks";
import { take } from "../state.js";

/** The picture of a camera; each press takes one image of it. */
export function Camera({ onClose }: { readonly onClose: () => void }) {
  const video = useRef<HTMLVideoElement>(null);
  const [fault, setFault] = useState("");
  useEffect(() => {
    let stream: MediaStream | undefined;
    let isOpen = true;
    navigator.mediaDevices
      .getUserMedia({ video: { facingMode: "environment", width: { ideal: 1920 } } })
      .then((opened) => {
        stream = opened;
        if (!isOpen) stop(opened);
        else if (video.current) video.current.srcObject = opened;
        return undefined;
      })
      .catch((error: Error) => setFault(`The camera cannot be used: ${error.message}`));
    return () => {
      isOpen = false;
      if (stream) stop(stream);
    };
  }, []);
  if (fault) return <p class="fault">{fault}</p>;
  return (
    <div class="camera card">
      <video ref={video} autoPlay muted playsInline aria-label="Camera image" />
      <div class="row">
        <button type="button" class="main" onClick={() => void shoot(video.current!)}>
          Take a picture
        </button>
        <button type="button" onClick={onClose}>
          Close
        </button>
      </div>
    </div>
  );
}

function stop(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

async function shoot(video: HTMLVideoElement): Promise<void> {
  const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
  canvas.getContext("2d")!.drawImage(video, 0, 0);
  const time = new Date().toISOString().slice(11, 19).replaceAll(":", "-");
  take([new File([await canvas.convertToBlob({ type: "image/png" })], `camera ${time}.png`, { type: "image/png" })]);
}
