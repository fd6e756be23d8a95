"""Bare Debians in folders: 12 with our package in it, 13 to build our source."""
import glob
import os
import re
import shutil

from proc import BUILD, CACHE, TOP, Failed, Process, run

RELEASE = os.path.join(BUILD, 'release')
ROOT = os.path.join(BUILD, 'tests', 'packaging-root')
NEXT = os.path.join(BUILD, 'tests', 'packaging-next')
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


def bootstrap(release):
    """The archive of a minimal Debian, made once."""
    bare = os.path.join(CACHE, f'{release}-minbase.tar')
    if os.path.exists(bare):
        return bare
    work = os.path.join(CACHE, f'{release}-work')
    shutil.rmtree(work, ignore_errors=True)
    os.makedirs(CACHE, exist_ok=True)
    print(f'# making a minimal Debian ({release})', flush=True)
    run(['unshare', '--mount', 'debootstrap', '--variant=minbase', release, work, mirror()],
        timeout=900)
    run(['tar', '-C', work, '-cf', f'{bare}.part', '.'], timeout=120)
    os.rename(f'{bare}.part', bare)
    shutil.rmtree(work)
    return bare


def inside(argv, env=None, root=ROOT):
    """
    The command line that runs argv in there, with nothing of our environment. The X server's and the
    bus's sockets are the only things shared.
    """
    mounts = (f'mount -t proc proc {root}/proc && mount --bind /dev {root}/dev && '
              f'mount -t tmpfs -o mode=1777 tmpfs {root}/dev/shm && '
              f'mount --bind /tmp/.X11-unix {root}/tmp/.X11-unix && '
              f'exec chroot {root} "$@"')
    words = [f'{k}={v}' for k, v in {'PATH': '/usr/sbin:/usr/bin:/sbin:/bin', 'HOME': '/root',
                                     'LC_ALL': 'C.UTF-8', **(env or {})}.items()]
    return ['unshare', '--mount', '--pid', '--fork', '--kill-child', 'sh', '-c', mounts, 'sh',
            'env', '-i', *words, *argv]


def run_inside(argv, env=None, root=ROOT, **kw):
    return run(inside(argv, env, root), **kw)


def start_inside(argv, log, env=None):
    return Process(inside(argv, env), log)


def unpack(release, root):
    """A fresh copy of that Debian, whose apt works."""
    shutil.rmtree(root, ignore_errors=True)
    os.makedirs(root)
    run(['tar', '-C', root, '-xf', bootstrap(release)], timeout=120)
    for path in (f'{root}/tmp/.X11-unix', '/tmp/.X11-unix'):
        os.makedirs(path, exist_ok=True)
        os.chmod(path, 0o1777)
    with open(f'{root}/etc/apt/apt.conf.d/90test', 'w', encoding='ascii') as f:
        f.write(APT)
    with open(f'{root}/etc/apt/sources.list', 'w', encoding='ascii') as f:
        f.write(f'deb {mirror()} {release} main\n')
    with open(f'{root}/etc/hosts', 'w', encoding='ascii') as f:
        f.write('127.0.0.1 localhost\n::1 localhost\n')
    shutil.copy('/etc/resolv.conf', f'{root}/etc/resolv.conf')
    run_inside(['apt-get', '-qq', 'update'], root=root, timeout=300)


def apt_install(packages, root):
    run_inside(['apt-get', '-qq', 'install', '-y', '--no-install-recommends', *packages],
               {'DEBIAN_FRONTEND': 'noninteractive'}, root, timeout=1200)


def install():
    """As a user would, and without what is only recommended."""
    unpack('bookworm', ROOT)
    shutil.copy(package(), f'{ROOT}/root')
    apt_install([f'/root/{os.path.basename(package())}'], ROOT)


def listed_packages(script):
    """What that script of ours, as committed, installs."""
    text = run(['git', '-C', TOP, 'show', f'HEAD:{script}']).stdout
    return re.search(r'^packages\+?=\((.*?)\)', text, re.S | re.M).group(1).split()


def source_in_next():
    """Debian 13 with our source, as committed, in /root/src, and all that its tests need."""
    unpack('trixie', NEXT)
    apt_install([*listed_packages('run'), *listed_packages('tests/run')], NEXT)
    os.makedirs(f'{NEXT}/root/src')
    run(['sh', '-c', f'git -C {TOP} archive HEAD | tar -C {NEXT}/root/src -x'], timeout=60)
