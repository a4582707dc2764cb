"""A file to every receiver: uftp, which is made for that."""

import os
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from bench.contenders.base import ORDER_AND_REPAIR, Contender, missing_command
from bench.processes import RECEIVER_CORE, SENDER_CORE, Processes
from support.conditions import wait_until

FILE_BYTES = 64 << 20
UFTP_GROUP = '230.4.4.1'


@dataclass(frozen=True)
class Carried:
    megabytes_per_second: float


class Uftp(Contender):
    name = 'uftp'
    guarantees = ORDER_AND_REPAIR
    configuration = ('uftpd on every receiver; uftp -R -1 (as fast as it goes), buffers of 4 MB, a file of 64 MB; with '
                     'the time that it takes to announce and to finish')

    def missing(self):
        return missing_command('uftp')

    def file(self, place, load):
        with tempfile.TemporaryDirectory() as directory, Processes() as processes:
            source = Path(directory, 'file')
            source.write_bytes(os.urandom(FILE_BYTES))
            targets = [self._receiver(processes, host, Path(directory, host.name)) for host in place.receivers]
            wait_until(lambda: all(host.has_joined(UFTP_GROUP) for host in place.receivers), 'uftpd to join')
            begin = time.monotonic()
            processes.start(place.sender, SENDER_CORE, [
                'uftp', '-R', '-1', '-B', 4 << 20, '-I', 'eth0', source]).wait()
            seconds = time.monotonic() - begin
            content = source.read_bytes()
            assert all((target / 'file').read_bytes() == content for target in targets), 'a file is not the same'
            return Carried(FILE_BYTES / 1e6 / seconds)

    def _receiver(self, processes, host, directory):
        directory.mkdir()
        processes.start(host, RECEIVER_CORE, [
            'uftpd', '-d', '-D', directory, '-I', 'eth0', '-B', 4 << 20])
        return directory
