#include "rung_environment.h"

#include "rungs.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* ---- What is written where ---- */

enum { FILE_NAME_SIZE = 512 };

static bool is_there(const char *root, const char *path)
{
	char name[FILE_NAME_SIZE];

	snprintf(name, sizeof name, "%s%s", root, path);
	return access(name, F_OK) == 0;
}

/* The first line; "" where there is none, or it may not be read: this only explains. */
static void read_line(const char *root, const char *path, char text[static ENVIRONMENT_TEXT_SIZE])
{
	char name[FILE_NAME_SIZE];
	ssize_t size;
	int fd;

	text[0] = '\0';
	snprintf(name, sizeof name, "%s%s", root, path);
	fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return;
	size = read(fd, text, ENVIRONMENT_TEXT_SIZE - 1);
	text[size > 0 ? size : 0] = '\0';
	text[strcspn(text, "\n")] = '\0';
	close(fd);
}

/* cfg80211 links the interface to its radio; drivers with wireless extensions have a folder. */
static bool is_wireless(const char *root, const char *interface)
{
	char path[FILE_NAME_SIZE];

	snprintf(path, sizeof path, "/sys/class/net/%s/phy80211", interface);
	if (is_there(root, path))
		return true;
	snprintf(path, sizeof path, "/sys/class/net/%s/wireless", interface);
	return is_there(root, path);
}

void environment_read(const char *root, struct environment_facts *facts)
{
	facts->has_dockerenv = is_there(root, "/.dockerenv");
	facts->has_containerenv = is_there(root, "/run/.containerenv");
	read_line(root, "/run/systemd/container", facts->container);
	read_line(root, "/proc/1/cgroup", facts->cgroup);
	read_line(root, "/proc/sys/kernel/osrelease", facts->release);
	read_line(root, "/sys/class/dmi/id/sys_vendor", facts->vendor);
	read_line(root, "/sys/class/dmi/id/product_name", facts->product);
	read_line(root, "/sys/class/dmi/id/chassis_asset_tag", facts->asset_tag);
	for (size_t i = 0; i < facts->interface_count; i++)
		facts->interfaces[i].is_wireless = is_wireless(root, facts->interfaces[i].name);
}

/* ---- What it means ---- */

struct sign {
	const char *part; /* of the text, whatever its case */
	const char *name; /* of what it is a sign of */
};

static const char *find_sign(const char *text, const struct sign *signs, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcasestr(text, signs[i].part))
			return signs[i].name;
	return NULL;
}

/* NULL: no container, as far as it can be told. */
static const char *container_of(const struct environment_facts *facts)
{
	static const struct sign signs[] = {
		{"kubepods", "Kubernetes"},
		{"docker", "Docker"},
		{"libpod", "Podman"},
		{"podman", "Podman"},
		{"lxc", "LXC"},
		{"systemd-nspawn", "systemd-nspawn"},
		{"nspawn", "systemd-nspawn"},
		{"containerd", "containerd"},
	};
	enum { COUNT = sizeof signs / sizeof signs[0] };
	const char *name = find_sign(facts->cgroup, signs, COUNT);

	if (!name)
		name = find_sign(facts->container, signs, COUNT);
	if (name)
		return name;
	if (facts->has_dockerenv)
		return "Docker";
	return facts->has_containerenv ? "Podman" : NULL;
}

/* "5.15.90.1-microsoft-standard-WSL2", and of the first one "4.4.0-19041-Microsoft". */
static bool is_wsl(const struct environment_facts *facts)
{
	return strcasestr(facts->release, "microsoft") != NULL;
}

/* Hyper-V elsewhere has the same vendor: Azure's machines have this tag. */
static bool is_azure(const struct environment_facts *facts)
{
	return strcmp(facts->asset_tag, "7783-7084-3265-9085-8269-3286-77") == 0;
}

static const char *cloud_of(const struct environment_facts *facts)
{
	static const struct sign signs[] = {
		{"Amazon EC2", "Amazon EC2"},
		{"Google", "Google Cloud"},
		{"DigitalOcean", "DigitalOcean"},
		{"Hetzner", "Hetzner Cloud"},
		{"Alibaba Cloud", "Alibaba Cloud"},
		{"OpenStack", "OpenStack"},
		{"Scaleway", "Scaleway"},
		{"Vultr", "Vultr"},
		{"Linode", "Linode"},
		{"Akamai", "Linode"},
	};
	enum { COUNT = sizeof signs / sizeof signs[0] };
	const char *name = find_sign(facts->vendor, signs, COUNT);

	if (is_azure(facts))
		return "Microsoft Azure";
	if (strcmp(facts->asset_tag, "OracleCloud.com") == 0)
		return "Oracle Cloud";
	return name ? name : find_sign(facts->product, signs, COUNT);
}

/* ---- What it implies ---- */

static struct text *sentence(struct text *text)
{
	text_add_string(text, text->size > 0 ? "; " : "");
	return text;
}

static void explain_container(const char *container, struct text *text)
{
	if (!container)
		return;
	text_addf(sentence(text),
		  "this is a container (%s), and mostly no group gets into or out of its network; "
		  "use the host's (docker run --network host, hostNetwork: true), or a macvlan",
		  container);
}

static void explain_wsl(struct text *text)
{
	text_add_string(sentence(text),
			"this is WSL: its network is a virtual one behind NAT, which no group gets "
			"into or out of, unless Windows mirrors its own (networkingMode=mirrored "
			"below [wsl2] in .wslconfig, Windows 11)");
}

static void explain_cloud(const char *cloud, struct text *text)
{
	if (!cloud)
		return;
	text_addf(sentence(text),
		  "this is a machine of %s: the networks of clouds carry no multicast", cloud);
	if (strcmp(cloud, "Amazon EC2") == 0)
		text_add_string(text, ", here but for a transit gateway with a multicast domain");
}

static void explain_interface(const struct environment_interface *interface, struct text *text)
{
	if (interface->is_wireless)
		text_addf(
			sentence(text),
			"%s is Wi-Fi: groups are sent at the lowest rate and not acknowledged, so "
			"that some loss is normal; many access points limit them, or keep clients "
			"apart",
			interface->name);
	else if (interface->purpose == LINK_TUNNEL)
		text_addf(sentence(text),
			  "%s is a tunnel or VPN, which mostly carries no multicast",
			  interface->name);
	else if (interface->purpose == LINK_CONTAINER)
		text_addf(sentence(text),
			  "%s leads to containers or virtual machines of this host alone",
			  interface->name);
}

void environment_explain(const struct environment_facts *facts, struct text *text)
{
	explain_container(container_of(facts), text);
	if (is_wsl(facts))
		explain_wsl(text);
	explain_cloud(cloud_of(facts), text);
	for (size_t i = 0; i < facts->interface_count; i++)
		explain_interface(&facts->interfaces[i], text);
}

void judge_environment(const struct environment_facts *facts, struct finding *finding)
{
	environment_explain(facts, &finding->saw);
	if (finding->saw.size > 0)
		finding_raise(finding, RUNG_NOTED);
	else
		text_add_string(finding_saw(finding),
				"no container, WSL, cloud, tunnel or Wi-Fi that shows");
}

/* ---- The facts ---- */

static void add_interface(const struct doctor_case *c, unsigned index,
			  struct environment_facts *facts)
{
	const struct link *link = link_by_index(&c->links, index);
	struct environment_interface *interface;

	if (!link || facts->interface_count == ENVIRONMENT_INTERFACES_MAX)
		return;
	interface = &facts->interfaces[facts->interface_count++];
	memcpy(interface->name, link->name, sizeof interface->name);
	interface->purpose = link_purpose(link);
}

void environment_of_case(const struct doctor_case *c, struct environment_facts *facts)
{
	*facts = (struct environment_facts){.interface_count = 0};
	for (size_t i = 0; i < c->chosen_count; i++)
		add_interface(c, c->chosen[i], facts);
	environment_read("", facts);
}

int rung_environment(const struct doctor_case *c, struct finding *finding, struct error *error)
{
	struct environment_facts facts;

	(void)error;
	environment_of_case(c, &facts);
	judge_environment(&facts, finding);
	return 0;
}
