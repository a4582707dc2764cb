# Completion of hostcast in bash: verbs, their options, interfaces and files.

# The options of a verb, [-LETTER,]--NAME[=VALUE]. The VALUEs IF (an interface) and FILE are
# completed; where the value is optional nothing stands here.
_hostcast_options() {
	case $1 in
	'') echo '-h,--help -V,--version' ;;
	send) echo '-i,-I,--interface=IF -p,--port=N -t,--ttl=N -a,--ack -e,--expect=N
		-w,--wait=SECONDS -c,--count=N --interval=SECONDS --rate=RATE --batch-delay=SECONDS -W,--deadline=SECONDS
		-f,--file=FILE --source=ADDR --dscp=N --no-loop --sndbuf=BYTES --rcvbuf=BYTES
		--no-fragment --no-trains
		--quit-word=WORD -4,--ipv4 -6,--ipv6 -j,--json -q,--quiet -v,--verbose -h,--help -V,--version' ;;
	recv) echo '-i,-I,--interface=IF -p,--port=N --source=ADDR --block=SOURCE -a,--ack
		-c,--count=N -w,--wait=SECONDS -W,--deadline=SECONDS --time -x,--hex --raw --join
		-o,--output=FILE --rcvbuf=BYTES --busy-poll --no-trains --listen=ADDR --allow=CIDR -t,--ttl=N -4,--ipv4 -6,--ipv6 -j,--json -q,--quiet
		-v,--verbose -h,--help -V,--version' ;;
	chat) echo '--room=GROUP --name=NAME --presence=SECONDS -i,-I,--interface=IF -p,--port=N
		-t,--ttl=N --listen=ADDR --allow=CIDR -W,--deadline=SECONDS -4,--ipv4 -6,--ipv6
		-j,--json -q,--quiet -v,--verbose -h,--help -V,--version' ;;
	echo) echo '-h,--help -V,--version' ;;
	'echo serve') echo '--tcp --udp --addr=ADDR -p,--port=N -r,--reply=TEXT -c,--count=N
		-W,--deadline=SECONDS --time -4,--ipv4 -6,--ipv6 -j,--json -q,--quiet -v,--verbose
		-h,--help -V,--version' ;;
	'echo send') echo '--tcp --udp --addr=ADDR -p,--port=N -f,--file=FILE
		-w,--wait=SECONDS -c,--count=N --interval=SECONDS -W,--deadline=SECONDS -4,--ipv4
		-6,--ipv6 -j,--json -q,--quiet -v,--verbose -h,--help -V,--version' ;;
	bench) echo '-h,--help -V,--version' ;;
	'bench send') echo '-i,-I,--interface=IF -p,--port=N -t,--ttl=N --rate=RATE -s,--size=BYTES --time=SECONDS
		-c,--count=N --burst=N --search --receivers=N -w,--wait=SECONDS --rtt --clocks-agree --verify --iperf
		--max-loss=PERCENT --max-duplicates=PERCENT --max-reordered=PERCENT --source=ADDR --report-to=ADDR
		--sndbuf=BYTES --busy-poll --no-trains -W,--deadline=SECONDS -4,--ipv4 -6,--ipv6 -j,--json -q,--quiet -h,--help -V,--version' ;;
	'bench recv') echo '-i,-I,--interface=IF -p,--port=N -c,--count=N -w,--wait=SECONDS -W,--deadline=SECONDS
		--clocks-agree --max-loss=PERCENT --max-duplicates=PERCENT --max-reordered=PERCENT --rcvbuf=BYTES
		--busy-poll --no-trains --listen=ADDR --allow=CIDR -4,--ipv4 -6,--ipv6 -j,--json -q,--quiet -h,--help -V,--version' ;;
	rdv) echo '--listen=ADDR --allow=CIDR --hold=SECONDS --time -4,--ipv4 -6,--ipv6 -j,--json
		-q,--quiet -v,--verbose -h,--help -V,--version' ;;
	node) echo '--rdv=HOST --listen=ADDR --data-port=N --children=N --deliver=ADDR
		-o,--output=HOW --stdin --allow=CIDR --refresh=SECONDS --hold=SECONDS --retry=SECONDS
		--cache=SECONDS --rcvbuf=BYTES --busy-poll --no-fragment --no-trains -4,--ipv4 -6,--ipv6 -j,--json -q,--quiet -v,--verbose
		-h,--help -V,--version' ;;
	status) echo '--tree --dot --svg=FILE -w,--wait=SECONDS -W,--deadline=SECONDS -4,--ipv4
		-6,--ipv6 -j,--json -q,--quiet -v,--verbose -h,--help -V,--version' ;;
	sim) echo '--members=N --seed=N --seeds=A-B --mix --time=SECONDS --join=SECONDS
		--network=KIND --delay=SECONDS --jitter=SECONDS --loss=PERCENT --duplicate=PERCENT
		--reorder=PERCENT --mtu=BYTES --no-fragment --lose-first=N --drift=PERCENT
		--faults=LIST --churn=RATE --payloads=N --size=BYTES --children=N --refresh=SECONDS
		--hold=SECONDS --retry=SECONDS --cache=SECONDS --log=FILE --svg=FILE --shrink
		-j,--json -q,--quiet -v,--verbose -h,--help -V,--version' ;;
	decode) echo '--packets --groups --conversations --ladder=FILE --timeline=FILE -g,--group=GROUP
		--only=N -c,--count=N -r,--relative -j,--json -q,--quiet -h,--help -V,--version' ;;
	doctor) echo '-i,-I,--interface=IF -p,--port=N --all --sender -w,--wait=SECONDS --peer=HOST -t,--ttl=N
		--listen --allow=CIDR -c,--count=N -W,--deadline=SECONDS
		-4,--ipv4 -6,--ipv6 -j,--json -q,--quiet -h,--help -V,--version' ;;
	info) echo '-i,-I,--interface=IF -4,--ipv4 -6,--ipv6 -j,--json -q,--quiet -v,--verbose
		-h,--help -V,--version' ;;
	watch) echo '-i,-I,--interface=IF -p,--port=N -c,--count=N -W,--deadline=SECONDS --gap=SECONDS
		--interval=SECONDS --on-join=CMD --on-leave=CMD --join --no-promiscuous --lines
		-4,--ipv4 -6,--ipv6 -j,--json -q,--quiet -v,--verbose -h,--help -V,--version' ;;
	capture) echo '-i,-I,--interface=IF -g,--group=GROUP --tree --filter=EXPR --write=FILE --rotate=SIZE
		-c,--count=N -W,--deadline=SECONDS --snap=BYTES --buffer=BYTES --no-promiscuous
		-j,--json -q,--quiet -v,--verbose -h,--help -V,--version' ;;
	esac
}

# What the option before the cursor wants; nothing if it is none, or a flag.
_hostcast_value() {
	local option

	for option in $(_hostcast_options "$1"); do
		[[ $option == *=* && ,${option%%=*}, == *",$2,"* ]] && echo "${option#*=}"
	done
}

_hostcast_long_options() {
	local name

	for name in $(_hostcast_options "$1"); do
		name=${name%%=*}
		echo "${name##*,}"
	done
}

_hostcast() {
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
	local verb='' offered='send recv chat echo info capture decode doctor watch rdv node status bench sim'

	if ((COMP_CWORD > 1)); then
		verb=${COMP_WORDS[1]} offered=''
	fi
	if [[ $verb == echo ]]; then
		offered='serve send'
		((COMP_CWORD > 2)) && verb="echo ${COMP_WORDS[2]}" offered=''
	elif [[ $verb == bench ]]; then
		offered='send recv'
		((COMP_CWORD > 2)) && verb="bench ${COMP_WORDS[2]}" offered=''
	fi
	# bash makes three words of --name=value
	if [[ $word == = ]]; then
		word=''
	elif [[ $before == = ]]; then
		before=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	case $(_hostcast_value "$verb" "$before") in
	IF) mapfile -t COMPREPLY < <(compgen -W "$(ls /sys/class/net)" -- "$word") ;;
	FILE)
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
		compopt -o filenames 2>/dev/null
		;;
	'')
		[[ $word == -* ]] && offered=$(_hostcast_long_options "$verb")
		mapfile -t COMPREPLY < <(compgen -W "$offered" -- "$word")
		;;
	*) COMPREPLY=() ;;
	esac
}

# The other names of two verbs, as links to the program.
_hostcast_link() {
	local verb=rdv

	[[ ${COMP_WORDS[0]##*/} == mcastnode ]] && verb=node
	COMP_WORDS=(hostcast "$verb" "${COMP_WORDS[@]:1}")
	((COMP_CWORD++))
	_hostcast
}

complete -F _hostcast hostcast
complete -F _hostcast_link rdvpoint mcastnode
