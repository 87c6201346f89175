/**
 * A disk whose power can be cut: an ext4 file system in an image file behind a loop device, and a way to copy,
 * at one instant, what the device holds. Needs Linux, root, and a kernel with loop devices.
 *
 * The image lies in a second small file system (the host), also behind a loop device. Freezing the host stops the
 * disk in the middle of whatever it is doing, without the writing process or the kernel's write-back being told;
 * the image is copied, and the host thawed. Mounting the copy replays ext4's journal, as after a real cut.
 *
 * What it shows: what a process was told is durable had left the page cache of its file system for the device,
 * with the metadata needed to find it again. What it does not show: a device that loses its own cache after
 * confirming a write (the copy holds every write the device has taken, flushed or not), and sectors torn in half.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const HOST_MIB = 160;
const IMAGE_MIB = 64;

function command(program: string, ...parameters: string[]): string {
  return execFileSync(program, parameters, { encoding: 'utf8', stdio: 'pipe', timeout: 20_000 }).trim();
}

/** A mounted image. `release` unmounts and detaches whatever of it there is, and may be called twice. */
interface Mounted {
  readonly directory: string;
  release(): void;
}

function mountImage(image: string, directory: string): Mounted {
  mkdirSync(directory, { recursive: true });
  const device = command('losetup', '--find', '--show', image);
  let mounted = false;
  let attached = true;
  const release = (): void => {
    if (mounted) command('umount', directory);
    mounted = false;
    if (attached) command('losetup', '--detach', device);
    attached = false;
  };
  try {
    command('mount', '-t', 'ext4', '-o', 'noatime,nodiscard', device, directory);
    mounted = true;
    return { directory, release };
  } catch (error) {
    release();
    throw error;
  }
}

function makeImage(image: string, mib: number): void {
  // Written out, not sparse: the device then never waits for the host to find it space.
  command('dd', 'if=/dev/zero', `of=${image}`, 'bs=1M', `count=${mib}`, 'status=none');
  command('mkfs.ext4', '-q', '-F', '-E', 'nodiscard,lazy_itable_init=0,lazy_journal_init=0', image);
}

export class CuttableDisk {
  /** Where to write. */
  readonly directory: string;
  readonly #place: string;
  readonly #image: string;
  readonly #host: Mounted;
  readonly #disk: Mounted;
  #cuts = 0;

  /** @throws Error when this machine cannot do it; nothing is left behind. */
  static make(): CuttableDisk {
    // In memory where there is such a place: then only the file system's own behaviour takes time.
    const place = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'power-cut-'));
    const opened: Mounted[] = [];
    try {
      makeImage(join(place, 'host.img'), HOST_MIB);
      opened.push(mountImage(join(place, 'host.img'), join(place, 'host')));
      const image = join(place, 'host', 'disk.img');
      makeImage(image, IMAGE_MIB);
      opened.push(mountImage(image, join(place, 'disk')));
      return new CuttableDisk(place, image, opened[0]!, opened[1]!);
    } catch (error) {
      for (const one of opened.reverse()) one.release();
      rmSync(place, { recursive: true, force: true });
      throw error;
    }
  }

  private constructor(place: string, image: string, host: Mounted, disk: Mounted) {
    this.#place = place;
    this.#image = image;
    this.#host = host;
    this.#disk = disk;
    this.directory = disk.directory;
  }

  /** What the disk holds at this instant, as a path to an image. Blocks the calling thread: about 100 ms. */
  cut(): string {
    this.#cuts += 1;
    const copy = join(this.#place, `cut-${this.#cuts}.img`);
    command('fsfreeze', '--freeze', this.#host.directory);
    try {
      copyFileSync(this.#image, copy);
      // The instant is one only if nothing moved while it was copied.
      if (!readFileSync(this.#image).equals(readFileSync(copy)))
        throw new Error('The frozen disk has moved.');
    } finally {
      command('fsfreeze', '--unfreeze', this.#host.directory);
    }
    return copy;
  }

  /** Mounts what the disk held, hands over the directory, and puts it away again. */
  async afterCut<T>(copy: string, look: (directory: string) => Promise<T>): Promise<T> {
    const mounted = mountImage(copy, `${copy}.mounted`);
    try {
      return await look(mounted.directory);
    } finally {
      mounted.release();
      rmSync(copy);
    }
  }

  /** Nothing may have a file open in it any more. */
  remove(): void {
    try {
      this.#disk.release();
    } finally {
      this.#host.release();
      rmSync(this.#place, { recursive: true, force: true });
    }
  }
}
