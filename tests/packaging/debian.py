"""A bare Debian 12 in a folder, with our package in it."""
import glob
import os
import shutil

from proc import BUILD, CACHE, TOP, Failed, Process, run

RELEASE = os.path.join(BUILD, 'release')
ROOT = os.path.join(BUILD, 'tests', 'packaging-root')
BARE = os.path.join(CACHE, 'bookworm-minbase.tar')
PROGRAMS = ('/usr/bin/ars-phone', '/usr/bin/ars-phone-cli', '/usr/libexec/ars-phone/ars-demo-line')
TARGETS = ('ars-phone', 'ars-phone-cli', 'ars-demo-line', 'ars-translations', 'ars-data', 'ars-doc')

# apt in a machine whose clock may be off, over a mirror that answers now and then
APT = """Acquire::Check-Valid-Until "false";
Acquire::Check-Date "false";
Acquire::Retries "3";
Acquire::Languages "none";
"""


def mirror():
    """The one that this machine uses for Debian, else Debian's own."""
    for path in ['/etc/apt/sources.list', *glob.glob('/etc/apt/sources.list.d/*')]:
        if not os.path.isfile(path):
            continue
        with open(path, encoding='utf-8', errors='replace') as f:
            for word in f.read().split():
                if word.startswith('http') and word.rstrip('/').endswith('/debian'):
                    return word.rstrip('/')
    return 'http://deb.debian.org/debian'


def package():
    files = glob.glob(f'{RELEASE}/*.deb')
    if len(files) != 1:
        raise Failed(f'not one package but {files}')
    return files[0]


def build():
    for old in glob.glob(f'{RELEASE}/*.deb'):
        os.unlink(old)
    run(['cmake', '--preset', 'release', '-S', TOP], timeout=120)
    run(['cmake', '--build', RELEASE, '--target', *TARGETS], timeout=900)
    run(['cpack', '--config', f'{RELEASE}/CPackConfig.cmake', '-B', RELEASE], timeout=120)
    print(f'# {os.path.basename(package())}, {os.path.getsize(package()) >> 10} KiB', flush=True)


def bootstrap():
    if os.path.exists(BARE):
        return
    work = os.path.join(CACHE, 'bookworm-work')
    shutil.rmtree(work, ignore_errors=True)
    os.makedirs(CACHE, exist_ok=True)
    print('# making a minimal Debian 12', flush=True)
    run(['unshare', '--mount', 'debootstrap', '--variant=minbase', 'bookworm', work, mirror()],
        timeout=900)
    run(['tar', '-C', work, '-cf', f'{BARE}.part', '.'], timeout=120)
    os.rename(f'{BARE}.part', BARE)
    shutil.rmtree(work)


def inside(argv, env=None):
    """
    The command line that runs argv in there, with nothing of our environment. The X server's and the
    bus's sockets are the only things shared.
    """
    mounts = (f'mount -t proc proc {ROOT}/proc && mount --bind /dev {ROOT}/dev && '
              f'mount -t tmpfs -o mode=1777 tmpfs {ROOT}/dev/shm && '
              f'mount --bind /tmp/.X11-unix {ROOT}/tmp/.X11-unix && '
              f'exec chroot {ROOT} "$@"')
    words = [f'{k}={v}' for k, v in {'PATH': '/usr/sbin:/usr/bin:/sbin:/bin', 'HOME': '/root',
                                     'LC_ALL': 'C.UTF-8', **(env or {})}.items()]
    return ['unshare', '--mount', '--pid', '--fork', '--kill-child', 'sh', '-c', mounts, 'sh',
            'env', '-i', *words, *argv]


def run_inside(argv, env=None, **kw):
    return run(inside(argv, env), **kw)


def start_inside(argv, log, env=None):
    return Process(inside(argv, env), log)


def install():
    """As a user would, and without what is only recommended."""
    shutil.rmtree(ROOT, ignore_errors=True)
    os.makedirs(ROOT)
    run(['tar', '-C', ROOT, '-xf', BARE], timeout=120)
    for path in (f'{ROOT}/tmp/.X11-unix', '/tmp/.X11-unix'):
        os.makedirs(path, exist_ok=True)
        os.chmod(path, 0o1777)
    with open(f'{ROOT}/etc/apt/apt.conf.d/90test', 'w', encoding='ascii') as f:
        f.write(APT)
    with open(f'{ROOT}/etc/apt/sources.list', 'w', encoding='ascii') as f:
        f.write(f'deb {mirror()} bookworm main\n')
    with open(f'{ROOT}/etc/hosts', 'w', encoding='ascii') as f:
        f.write('127.0.0.1 localhost\n::1 localhost\n')
    shutil.copy('/etc/resolv.conf', f'{ROOT}/etc/resolv.conf')
    shutil.copy(package(), f'{ROOT}/root')
    quiet = {'DEBIAN_FRONTEND': 'noninteractive'}
    run_inside(['apt-get', '-qq', 'update'], quiet, timeout=300)
    run_inside(['apt-get', '-qq', 'install', '-y', '--no-install-recommends',
                f'/root/{os.path.basename(package())}'], quiet, timeout=900)
