"""python3 scan.py CLIP...: incidents in recordings, through `framewarden scan --json`. Exit 3 where one was found."""
import json
import subprocess
import sys

scan = subprocess.Popen(['framewarden', 'scan', '--json', *sys.argv[1:]], stdout=subprocess.PIPE, text=True)
for text in scan.stdout:
    line = json.loads(text)
    if line['type'] == 'incident':
        print(f"{line['source']}: {line['phase']} at {line['t']} s, {line['kind']}, score {line['score']}")
    elif line['type'] == 'summary':
        print(f"{line['source']}: {line['frames']} frames, {line['incidents']} incidents")
    elif line['type'] == 'error':
        print(f"{line['source']}: {line['code']}: {line['message']}", file=sys.stderr)
sys.exit(scan.wait())
