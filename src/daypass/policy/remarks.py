"""What lint says, by the code of the remark, in English and in Chinese.

``{0}`` and so on stand for what the remark is about. Names of policy elements stay as they
are written in policies.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

Language = Literal["en", "zh"]


class Words(NamedTuple):
    """A remark: what is wrong, and what to do about it."""

    message: str
    suggestion: str


ENGLISH: Final[Mapping[str, Words]] = {
    "too-long": Words("{0}", "shorten it, or split it in two policies"),
    "malformed": Words("{0}", "{1}"),
    "bare-statement": Words("Statement is one object", "write a list, as documented"),
    "trust-resource": Words("a trust policy's Resource is not read", "remove it"),
    "bare-value": Words("a value stands without quotes", "write it as a string"),
    "action-without-service": Words("{0} names no service", "write <ram-code>:<name>"),
    "trust-action": Words(
        "{0} lets nobody assume the role", "write sts:AssumeRole; it serves SAML and OIDC as well"
    ),
    "allow-not-action": Words(
        "Allow with NotAction on * also grants every action and service invented later",
        "list the actions that are meant",
    ),
    "all-of-ram": Words("ram:* lets its holder grant itself everything", "list the actions that are meant"),
    "assume-any-role": Words(
        "sts:AssumeRole on * covers every role that trusts the account", "name the roles in Resource"
    ),
    "short-resource": Words(
        "{0} has fewer than five segments, so its stars cross colons",
        "write acs:<ram-code>:<region>:<account>:<relative-id>",
    ),
    "role-needs-assume-role": Words(
        "the resource is a role, and {0} does nothing to a role",
        "write sts:AssumeRole as the Action to let somebody assume it",
    ),
    "action-never-matches": Words(
        "{0} is never asked for on {1}", "name what the action is about, as in {2}, or another action"
    ),
    "resource-never-matches": Words(
        "none of the actions is ever asked for on {0}", "remove it, or add the action that is meant"
    ),
    "role-arn-capitals": Words(
        "RAM prints role ARNs in lower case", "write {0}; letter case does not count here"
    ),
    "aws-key": Words("keys of AWS are never set", "write {0} if it exists"),
    "mfa-deny": Words(
        "AccessKey calls do not carry acs:MFAPresent, so this Deny does not stop them",
        "allow with acs:MFAPresent true instead of denying without",
    ),
    "negated-optional-key": Words("{0} also holds for requests without {1}", "make sure that is meant"),
    "literal-wildcard": Words("* and ? are plain characters to {0}", "use StringLike"),
    "resource-tag-on-lists": Words(
        "Describe and List calls do not carry tags of resources", "drop the condition for these actions"
    ),
    "trust-deny": Words("some tools expect trust statements to allow", "narrow Principal instead"),
    "oidc-without-sub": Words(
        "every identity of the provider may assume the role", "add StringEquals oidc:sub"
    ),
    "saml-without-recipient": Words(
        "assertions meant for another recipient are accepted", "add StringEquals saml:recipient"
    ),
    "variable": Words("${{...}} is not substituted, it is plain text", "write the value itself"),
}

CHINESE: Final[Mapping[str, Words]] = {
    "too-long": Words("{0}", "请精简内容，或拆分为两条权限策略"),
    "malformed": Words("{0}", "{1}"),
    "bare-statement": Words("Statement 是单个对象", "请按文档写成列表"),
    "trust-resource": Words("信任策略中的 Resource 不会被读取", "请删除"),
    "bare-value": Words("有的值没有加引号", "请写成字符串"),
    "action-without-service": Words("{0} 没有指明云服务", "请写成 <RAM 代码>:<操作名>"),
    "trust-action": Words("{0} 不能让任何人扮演该角色", "请写 sts:AssumeRole，SAML 和 OIDC 也使用它"),
    "allow-not-action": Words(
        "对 * 使用 Allow 加 NotAction，还会授予今后新增的所有操作和云服务", "请列出真正需要的操作"
    ),
    "all-of-ram": Words("ram:* 使其持有者可以给自己授予任何权限", "请列出真正需要的操作"),
    "assume-any-role": Words(
        "对 * 授予 sts:AssumeRole 覆盖所有信任该云账号的角色", "请在 Resource 中指明角色"
    ),
    "short-resource": Words(
        "{0} 不足五段，其中的星号会跨越冒号", "请写成 acs:<RAM 代码>:<地域>:<云账号>:<相对标识>"
    ),
    "role-needs-assume-role": Words(
        "资源是一个角色，而 {0} 对角色不起任何作用", "要允许扮演该角色，请将 Action 写为 sts:AssumeRole"
    ),
    "action-never-matches": Words("{0} 从不作用于 {1}", "请指明该操作针对的资源（例如 {2}），或改用其他操作"),
    "resource-never-matches": Words("这些操作都不会作用于 {0}", "请删除，或补充真正需要的操作"),
    "role-arn-capitals": Words("RAM 以小写形式显示角色的 ARN", "请写 {0}；此处不区分大小写"),
    "aws-key": Words("AWS 的条件键永远不会被设置", "如果存在，请写 {0}"),
    "mfa-deny": Words(
        "使用 AccessKey 的调用不携带 acs:MFAPresent，此 Deny 拦不住它们",
        "请改为在 acs:MFAPresent 为 true 时允许，而不是在缺少时拒绝",
    ),
    "negated-optional-key": Words("{0} 对没有 {1} 的请求同样成立", "请确认这是您的本意"),
    "literal-wildcard": Words("对 {0} 而言，* 和 ? 只是普通字符", "请使用 StringLike"),
    "resource-tag-on-lists": Words("Describe 和 List 类调用不携带资源标签", "请去掉这些操作上的该条件"),
    "trust-deny": Words("有些工具要求信任策略的语句为 Allow", "请改为缩小 Principal 的范围"),
    "oidc-without-sub": Words("该身份提供商的任何身份都可以扮演此角色", "请增加 StringEquals oidc:sub"),
    "saml-without-recipient": Words("发给其他接收方的断言也会被接受", "请增加 StringEquals saml:recipient"),
    "variable": Words("${{...}} 不会被替换，只是普通文本", "请直接写出值"),
}

REMEDIES: Final[Mapping[str, Words]] = {
    "not supported": Words(
        "use an operator of the published list; IfExists, Null and set operators are not in it",
        "请使用公开列表中的条件运算符；其中没有 IfExists、Null 和集合运算符",
    ),
    "twice": Words(
        "merge the two; readers differ in which of them they see",
        "请合并两者；不同的程序读到的可能不是同一个",
    ),
    "required": Words("add it", "请补上"),
    "unknown": Words("remove it, or correct its spelling", "请删除，或更正拼写"),
    "": Words("correct it", "请更正"),
}
"""What to do about a document that is refused, in both languages, by a word of the reason."""

_REASONS: Final = (
    (r"the document has (\d+) characters; at most (\d+) are allowed", "文档有 {0} 个字符，最多允许 {1} 个"),
    (r"the document is empty", "文档为空"),
    (r'Version is required, and "1" is the only one', '必须有 Version，且只能是 "1"'),
    (r"Statement is required", "必须有 Statement"),
    (r"at least one statement is required", "至少要有一条语句"),
    (r"an object is required", "此处应为对象"),
    (r"a string is required", "此处应为字符串"),
    (r"the list is empty", "列表为空"),
    (r"an element is empty", "有的元素为空"),
    (r"the member (.+) stands there twice", "成员 {0} 出现了两次"),
    (r"the member (.+) is unknown", "未知的成员 {0}"),
    (r"NotResource is not supported", "不支持 NotResource"),
    (r"Effect is required, either Allow or Deny", "必须有 Effect，且为 Allow 或 Deny"),
    (r"Action and NotAction exclude each other", "Action 和 NotAction 不能同时出现"),
    (r"Action or NotAction is required", "必须有 Action 或 NotAction"),
    (r"Resource is required", "必须有 Resource"),
    (r"only trust policies have a Principal", "只有信任策略才有 Principal"),
    (r"a trust policy's statement requires a Principal", "信任策略的语句必须有 Principal"),
    (r"one of (.+) is required", "必须有 {0} 之一"),
    (r"(.+) is no principal of type (.+)", "{0} 不是 {1} 类型的主体"),
    (r"the condition operator (.+) is not supported", "不支持条件运算符 {0}"),
    (r"at least one condition key is required", "至少要有一个条件键"),
    (r"a condition key is empty", "有的条件键为空"),
    (r"(.+) is no value for (.+)", "{0} 不是 {1} 可用的值"),
    (r"it is nested more than (\d+) levels deep", "嵌套超过 {0} 层"),
    (r"it is not JSON: (.+) \(line (\d+), column (\d+)\)", "不是合法的 JSON：第 {1} 行第 {2} 列（{0}）"),
    (r"it holds half of a surrogate pair, which is no character", "含有半个代理对，不是合法字符"),
    (r"(.+) is not JSON", "{0} 不是合法的 JSON"),
)


def reason_in(language: Language, reason: str) -> str:
    """Return why a document is refused, in a language."""
    if language == "en":
        return reason
    for pattern, words in _REASONS:
        if found := re.fullmatch(pattern, reason, re.DOTALL):
            return words.format(*found.groups())
    return reason


def remedy(reason: str) -> Words:
    """Return what to do about a document that is refused."""
    return next(words for word, words in REMEDIES.items() if word in reason)


def words_of(language: Language, code: str, details: tuple[str, ...]) -> Words:
    """Return what a remark says in a language."""
    if code in {"malformed", "too-long"} and language == "zh":
        details = reason_in("zh", details[0]), remedy(details[0]).suggestion
    words = (CHINESE if language == "zh" else ENGLISH)[code]
    return Words(words.message.format(*details), words.suggestion.format(*details))
